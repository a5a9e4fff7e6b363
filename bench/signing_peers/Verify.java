import com.itextpdf.text.pdf.AcroFields;
import com.itextpdf.text.pdf.PdfReader;
import com.itextpdf.text.pdf.security.PdfPKCS7;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Whether iText 5, and PDFBox with Bouncy Castle, find every signature of the given files valid. */
public class Verify {
    public static void main(String[] paths) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        for (String path : paths) {
            byte[] pdf = Files.readAllBytes(Path.of(path));
            System.out.println(path + "\t" + itext(pdf) + "\t" + pdfbox(pdf));
        }
    }

    private static String itext(byte[] pdf) throws Exception {
        AcroFields fields = new PdfReader(pdf).getAcroFields();
        int valid = 0;
        boolean whole = false;
        for (String name : fields.getSignatureNames()) {
            PdfPKCS7 signature = fields.verifySignature(name);
            valid += signature.verify() ? 1 : 0;
            whole |= fields.signatureCoversWholeDocument(name);
        }
        return valid + "/" + fields.getSignatureNames().size() + (whole ? " whole" : "");
    }

    private static String pdfbox(byte[] pdf) throws Exception {
        int valid = 0, all = 0;
        try (PDDocument document = PDDocument.load(pdf)) {
            for (PDSignature signature : document.getSignatureDictionaries()) {
                byte[] content = signature.getSignedContent(new ByteArrayInputStream(pdf));
                CMSSignedData cms =
                        new CMSSignedData(
                                new CMSProcessableByteArray(content), signature.getContents(pdf));
                SignerInformation signer = cms.getSignerInfos().getSigners().iterator().next();
                Object found = cms.getCertificates().getMatches(signer.getSID()).iterator().next();
                all++;
                valid +=
                        signer.verify(
                                        new JcaSimpleSignerInfoVerifierBuilder()
                                                .build((X509CertificateHolder) found))
                                ? 1
                                : 0;
            }
        }
        return valid + "/" + all;
    }
}
