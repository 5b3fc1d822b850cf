package io.github.pgpubsub.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate for a server on loopback, the authority that signed it, and a second authority. The JDK's keytool creates them.
 */
public final class Certificates {

    private static final String PASSWORD = "for the file only";
    private static final String CA = "ca";
    private static final String OTHER_CA = "other-ca";
    private static final String SERVER = "server";

    private final Path folder;
    private final Path store;

    /** Creates the files in this folder. */
    public Certificates(Path folder) {
        this.folder = folder;
        this.store = folder.resolve("store.p12");
        generate(CA, "-ext", "bc=ca:true");
        generate(OTHER_CA, "-ext", "bc=ca:true");
        generate(SERVER);
        keytool("-certreq", "-alias", SERVER, "-file", path(SERVER, "csr"));
        keytool("-gencert", "-alias", CA, "-ext", "san=ip:127.0.0.1", "-infile", path(SERVER, "csr"),
                "-outfile", path(SERVER, "crt"), "-rfc");
        try {
            KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            write(CA, "crt", "CERTIFICATE", keys.getCertificate(CA).getEncoded());
            write(OTHER_CA, "crt", "CERTIFICATE", keys.getCertificate(OTHER_CA).getEncoded());
            write(SERVER, "key", "PRIVATE KEY", keys.getKey(SERVER, PASSWORD.toCharArray()).getEncoded());
            // PostgreSQL refuses a key file that other users may read.
            Files.setPosixFilePermissions(Path.of(path(SERVER, "key")), PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The authority that signed the server's certificate. */
    public String authority() {
        return path(CA, "crt");
    }

    /** An authority that did not sign it. */
    public String otherAuthority() {
        return path(OTHER_CA, "crt");
    }

    /** The server's certificate, for 127.0.0.1 and no host name. */
    public String certificate() {
        return path(SERVER, "crt");
    }

    public String key() {
        return path(SERVER, "key");
    }

    private String path(String name, String extension) {
        return folder.resolve(name + "." + extension).toString();
    }

    private void write(String name, String extension, String type, byte[] encoded) throws IOException {
        Files.writeString(Path.of(path(name, extension)), "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(
                type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)));
    }

    private void generate(String name, String... more) {
        List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name, "-keyalg", "EC",
                "-validity", "2"));
        arguments.addAll(List.of(more));
        keytool(arguments.toArray(String[]::new));
    }

    private void keytool(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
            if (process.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
