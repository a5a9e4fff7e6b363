import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Calendar;
import java.util.List;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDResources;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.graphics.form.PDFormXObject;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceDictionary;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAppearanceStream;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureInterface;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureOptions;
import org.apache.pdfbox.pdmodel.interactive.form.PDAcroForm;
import org.apache.pdfbox.pdmodel.interactive.form.PDField;
import org.apache.pdfbox.pdmodel.interactive.form.PDSignatureField;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.CMSTypedData;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * PDFBox 2 as its example CreateVisibleSignature2 shows it: the appearance is a small document. The
 * example makes it for every signature ("each"); made once it is faster.
 */
public class PdfboxPeer extends Peer implements SignatureInterface {
    private final boolean each;
    private byte[] template;

    PdfboxPeer(String[] given) throws Exception {
        super(given);
        each = given.length > 4;
    }

    @Override
    byte[] sign(byte[] pdf) throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (PDDocument document = PDDocument.load(pdf);
                SignatureOptions options = new SignatureOptions()) {
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED);
            signature.setSignDate(Calendar.getInstance());
            if (template == null || each) {
                template = template(document);
            }
            options.setVisualSignature(new ByteArrayInputStream(template));
            options.setPage(0);
            options.setPreferredSignatureSize(8192);
            document.addSignature(signature, this, options);
            document.saveIncremental(output);
        }
        return output.toByteArray();
    }

    @Override
    public byte[] sign(InputStream content) throws IOException {
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            ContentSigner signer = new JcaContentSignerBuilder("SHA256WithRSA").build(key);
            generator.addSignerInfoGenerator(
                    new JcaSignerInfoGeneratorBuilder(
                                    new JcaDigestCalculatorProviderBuilder().build())
                            .build(signer, (X509Certificate) chain[0]));
            generator.addCertificates(new JcaCertStore(Arrays.asList(chain)));
            CMSTypedData data = new CMSProcessableByteArray(IOUtils.toByteArray(content));
            CMSSignedData signed = generator.generate(data, false);
            return signed.getEncoded();
        } catch (Exception error) {
            throw new IOException(error);
        }
    }

    private byte[] template(PDDocument source) throws IOException {
        try (PDDocument document = new PDDocument()) {
            PDRectangle place = new PDRectangle(LEFT, BOTTOM, WIDTH, HEIGHT);
            document.addPage(new PDPage(source.getPage(0).getMediaBox()));
            PDAcroForm form = new PDAcroForm(document);
            document.getDocumentCatalog().setAcroForm(form);
            PDSignatureField field = new PDSignatureField(form);
            PDAnnotationWidget widget = field.getWidgets().get(0);
            List<PDField> fields = form.getFields();
            form.setSignaturesExist(true);
            form.setAppendOnly(true);
            form.getCOSObject().setDirect(true);
            fields.add(field);
            widget.setRectangle(place);
            PDFormXObject shown = new PDFormXObject(new PDStream(document));
            shown.setResources(new PDResources());
            shown.setFormType(1);
            shown.setBBox(new PDRectangle(WIDTH, HEIGHT));
            PDAppearanceDictionary appearance = new PDAppearanceDictionary();
            appearance.getCOSObject().setDirect(true);
            PDAppearanceStream stream = new PDAppearanceStream(shown.getCOSObject());
            appearance.setNormalAppearance(stream);
            widget.setAppearance(appearance);
            draw(document, stream);
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            document.save(output);
            return output.toByteArray();
        }
    }

    private void draw(PDDocument document, PDAppearanceStream stream) throws IOException {
        try (PDPageContentStream content = new PDPageContentStream(document, stream)) {
            PDImageXObject image = PDImageXObject.createFromByteArray(document, picture, "seal");
            float scale = HEIGHT / Math.max(image.getWidth(), image.getHeight());
            content.drawImage(image, 0, 0, image.getWidth() * scale, image.getHeight() * scale);
            PDType0Font face = PDType0Font.load(document, new ByteArrayInputStream(font));
            content.beginText();
            content.setFont(face, SIZE);
            content.newLineAtOffset(HEIGHT + 4, HEIGHT - 14);
            content.setLeading(14);
            for (String line : LINES) {
                content.showText(line);
                content.newLine();
            }
            content.endText();
        }
    }

    public static void main(String[] given) throws Exception {
        new PdfboxPeer(given).serve();
    }
}
