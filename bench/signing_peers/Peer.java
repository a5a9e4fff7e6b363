import com.sun.management.OperatingSystemMXBean;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;

/**
 * What both peers share: a key read once, the material read once, and rounds of signing asked for on
 * standard input ("round DOCUMENTS" or "memory"), so that the peers' rounds alternate with ours.
 */
abstract class Peer {
    static final String[] LINES = {
        "Ký bởi: Ủy ban nhân dân huyện Bình Sơn",
        "Số: 123/BC-UBND",
        "Thời gian ký: 05-11-2026 10:30:00 +07:00",
    };
    static final float LEFT = 330, BOTTOM = 760, WIDTH = 240, HEIGHT = 60, SIZE = 9;

    final PrivateKey key;
    final Certificate[] chain;
    final byte[] picture, font;

    Peer(String[] given) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = new FileInputStream(given[0])) {
            store.load(stream, given[1].toCharArray());
        }
        String alias = store.aliases().nextElement();
        key = (PrivateKey) store.getKey(alias, given[1].toCharArray());
        chain = store.getCertificateChain(alias);
        picture = Files.readAllBytes(Path.of(given[2]));
        font = Files.readAllBytes(Path.of(given[3]));
    }

    /** The document with one visible signature, its bytes in memory from end to end. */
    abstract byte[] sign(byte[] pdf) throws Exception;

    void serve() throws Exception {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("ready");
        for (String line; (line = asked.readLine()) != null; ) {
            String[] words = line.split(" ", 4); // documents, input, output
            byte[] pdf = Files.readAllBytes(Path.of(words[1])), signed = null;
            long cpu = system.getProcessCpuTime(), wall = System.nanoTime();
            for (int number = Integer.parseInt(words[0]); number > 0; number--) {
                signed = sign(pdf);
            }
            cpu = system.getProcessCpuTime() - cpu;
            wall = System.nanoTime() - wall;
            Files.write(Path.of(words[2]), signed);
            System.out.println(cpu + " " + wall);
        }
    }
}
