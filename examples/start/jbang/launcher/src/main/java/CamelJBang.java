import org.apache.camel.dsl.jbang.core.commands.CamelJBangMain;

/** What the program "camel" does. */
public class CamelJBang {

    public static void main(String... arguments) {
        CamelJBangMain.run(arguments);
    }
}
