import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.text.SimpleDateFormat;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The axis wire as a Java program speaks it, with the JDK alone: a real HashMap for the order of the
 * signed members, a real HttpURLConnection for the calls. One line of output per call:
 * operation, HTTP status, answer.
 *
 * Arguments: endpoint, system id, secret, path of an edXML file, recipient.
 */
public class SdkWire {
    private final String endpoint;
    private final String secret;
    private final Map<String, String> members = new HashMap<>();

    SdkWire(String endpoint, String systemId, String secret) {
        this.endpoint = endpoint;
        this.secret = secret;
        members.put("systemid", systemId);
        members.put("timestamp", new SimpleDateFormat("ddMMyyyy'T'HHmmss+SSSS").format(new Date()));
    }

    public static void main(String[] arguments) throws Exception {
        SdkWire wire = new SdkWire(arguments[0], arguments[1], arguments[2]);
        byte[] file = Files.readAllBytes(Path.of(arguments[3]));
        wire.call("getAgenciesList", new byte[0], "application/json");
        wire.members.put("from", arguments[1]);
        wire.members.put("servicetype", "eDoc");
        wire.members.put("messagetype", "edoc");
        wire.members.put("to", "[\"" + arguments[4] + "\"]");
        wire.members.put("hash-file", sloppyHash(file));
        String sent = wire.call("sendEdoc", withLineEnd(file), "application/octet-stream");
        String docId = sent.replaceAll(".*\"DocId\":\"([^\"]*)\".*", "$1");
        wire.members.put("docId", docId);
        wire.members.put("filePath", "C:\\van ban\\<den>&\"di\"='x'");
        wire.call("getEdoc", "{}".getBytes(StandardCharsets.UTF_8), "application/json");
        wire.members.put("status", "done");
        wire.members.put("docid", docId);
        wire.call("updateStatus", "{}".getBytes(StandardCharsets.UTF_8), "application/json");
        wire.call("getSentEdocList", new byte[0], "application/json");
    }

    private String call(String operation, byte[] body, String contentType) throws Exception {
        members.put("Content-Type", contentType);
        String text = json();
        HttpURLConnection connection =
            (HttpURLConnection) URI.create(endpoint + "/" + operation).toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        for (Map.Entry<String, String> member : members.entrySet()) {
            connection.setRequestProperty("XroadVnpt-" + member.getKey(), member.getValue());
        }
        connection.setRequestProperty("XroadVnpt-sign-header-key", String.join(";", members.keySet()));
        connection.setRequestProperty("XroadVnpt-sign-header", text);
        connection.setRequestProperty("XroadVnpt-hash-header", hmac(text));
        connection.setRequestProperty("User-Agent", "JAVASDKAgent/1.0.0 XRoad/VPCP");
        connection.setRequestProperty("XroadVnpt-version", "3.0.201608");
        connection.setRequestProperty("Content-Type", contentType);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        }
        int status = connection.getResponseCode();
        InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        String answer = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        System.out.println(operation + "\t" + status + "\t" + answer);
        return answer;
    }

    /** Compact, in the map's own order; only quote and backslash escaped. */
    private String json() {
        StringJoiner joiner = new StringJoiner(",", "{", "}");
        for (Map.Entry<String, String> member : members.entrySet()) {
            String value = member.getValue().replace("\\", "\\\\").replace("\"", "\\\"");
            joiner.add("\"XroadVnpt-" + member.getKey() + "\":\"" + value + "\"");
        }
        return joiner.toString();
    }

    private String hmac(String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        StringBuilder hex = new StringBuilder();
        for (byte part : mac.doFinal(text.getBytes(StandardCharsets.UTF_8))) {
            hex.append(String.format("%02x", part));
        }
        return hex.toString();
    }

    /** Hex without the leading zero of each byte. */
    private static String sloppyHash(byte[] file) throws Exception {
        StringBuilder hex = new StringBuilder();
        for (byte part : MessageDigest.getInstance("SHA-256").digest(file)) {
            hex.append(Integer.toHexString(part & 0xff));
        }
        return hex.toString();
    }

    private static byte[] withLineEnd(byte[] file) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(file);
        body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }
}
