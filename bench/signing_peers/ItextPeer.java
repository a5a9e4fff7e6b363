import com.itextpdf.text.Font;
import com.itextpdf.text.Image;
import com.itextpdf.text.Paragraph;
import com.itextpdf.text.Rectangle;
import com.itextpdf.text.pdf.BaseFont;
import com.itextpdf.text.pdf.ColumnText;
import com.itextpdf.text.pdf.PdfReader;
import com.itextpdf.text.pdf.PdfSignatureAppearance;
import com.itextpdf.text.pdf.PdfStamper;
import com.itextpdf.text.pdf.PdfTemplate;
import com.itextpdf.text.pdf.security.BouncyCastleDigest;
import com.itextpdf.text.pdf.security.ExternalSignature;
import com.itextpdf.text.pdf.security.MakeSignature;
import com.itextpdf.text.pdf.security.PrivateKeySignature;
import java.io.ByteArrayOutputStream;
import java.security.Security;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** iText 5 as its signing guide shows it, font and picture loaded once. */
public class ItextPeer extends Peer {
    private final Font face;
    private final Image image;
    private final ExternalSignature signature;

    ItextPeer(String[] given) throws Exception {
        super(given);
        BaseFont base =
                BaseFont.createFont(
                        "seal.ttf", BaseFont.IDENTITY_H, BaseFont.EMBEDDED, true, font, null);
        face = new Font(base, SIZE);
        image = Image.getInstance(picture);
        image.scaleToFit(HEIGHT, HEIGHT);
        image.setAbsolutePosition(0, 0);
        signature = new PrivateKeySignature(key, "SHA-256", null);
    }

    @Override
    byte[] sign(byte[] pdf) throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PdfReader reader = new PdfReader(pdf);
        PdfStamper stamper = PdfStamper.createSignature(reader, output, '\0', null, true);
        PdfSignatureAppearance shown = stamper.getSignatureAppearance();
        shown.setVisibleSignature(
                new Rectangle(LEFT, BOTTOM, LEFT + WIDTH, BOTTOM + HEIGHT), 1, "Stamp");
        PdfTemplate layer = shown.getLayer(2);
        layer.addImage(image);
        ColumnText text = new ColumnText(layer);
        text.setSimpleColumn(HEIGHT + 4, 0, WIDTH, HEIGHT);
        for (String line : LINES) {
            text.addElement(new Paragraph(14, line, face));
        }
        text.go();
        MakeSignature.signDetached(
                shown, new BouncyCastleDigest(), signature, chain, null, null, null, 0,
                MakeSignature.CryptoStandard.CADES);
        return output.toByteArray();
    }

    public static void main(String[] given) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        new ItextPeer(given).serve();
    }
}
