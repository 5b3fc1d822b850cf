package io.github.pgpubsub.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses SQL, or a part of it, and returns the names that the server would look up in the {@code search_path}: functions, types,
 * relations and operators, including the operators behind keywords such as {@code in}. Knows only the part of the language that
 * this component uses, and reports anything else as a fault.
 */
final class SqlNames {

    /** A backslash stands for a part that is inserted when the statement is built. */
    private static final Pattern TOKEN = Pattern.compile(
            "'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|::|\\$\\d+|[A-Za-z_][A-Za-z_0-9]*|\\d+|[-+*/<>=~!@#%^&|`]+|\\S");
    private static final Pattern OPERATOR = Pattern.compile("[-+*/<>=~!@#%^&|`]+");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");

    /** Statements without names that are looked up in a schema. */
    private static final Set<String> UTILITY = Set.of("listen", "unlisten", "reset", "set", "show", "begin", "commit",
            "rollback");
    /** Words that may precede a parenthesis and are not functions. */
    private static final Set<String> NO_FUNCTION = Set.of("select", "from", "where", "and", "or", "not", "on", "as", "any", "all",
            "exists", "array", "coalesce", "conflict", "extract", "lateral", "operator", "over", "materialized", "row", "when",
            "then",
            "else", "values");
    /** Schemas by which a name may be qualified: the log's name is always written as a quoted identifier. */
    private static final Set<String> QUALIFIERS = Set.of("pg_catalog", SqlConstants.LOG);
    /** Keywords that stand for an operator or a type that is looked up. (ORDER BY does not: it takes the type's own order.) */
    private static final Set<String> HIDDEN = Set.of("in", "between", "like", "ilike", "similar", "distinct", "nullif", "using",
            "natural", "overlaps", "cast", "union", "intersect", "except", "group", "greatest", "least", "treat");

    private final List<String> tokens = new ArrayList<>();
    private final Set<String> own = new HashSet<>();
    /** Positions of the equals signs of UPDATE's SET, which are no operators. */
    private final Set<Integer> assignments = new HashSet<>();
    private final List<String> found = new ArrayList<>();

    private SqlNames(String sql) {
        Matcher matcher = TOKEN.matcher(sql);
        while (matcher.find()) {
            String token = matcher.group();
            tokens.add(NAME.matcher(token).matches() ? token.toLowerCase(Locale.ROOT) : token);
        }
        for (int i = 0; i < tokens.size(); i++) {
            if (at(i).equals("as") && (at(i + 1).equals("(") || at(i + 1).equals("materialized")) && i > 0) {
                own.add(at(i - 1));
            }
            if (at(i).equals("set") && isOfUpdate(i)) {
                findAssignments(i);
            }
        }
    }

    /** update schema.table [alias] set; or do update set. */
    private boolean isOfUpdate(int set) {
        return at(set - 1).equals("update") || at(set - 4).equals("update") || at(set - 5).equals("update");
    }

    private void findAssignments(int set) {
        int depth = 0;
        for (int i = set + 1; i < tokens.size() && depth >= 0; i++) {
            String token = at(i);
            depth += token.equals("(") ? 1 : token.equals(")") ? -1 : 0;
            if (depth == 0 && Set.of("from", "where", "returning").contains(token)) {
                return;
            }
            if (depth == 0 && token.equals("=") && NAME.matcher(at(i - 1)).matches()
                    && (i - 2 == set || at(i - 2).equals(","))) {
                assignments.add(i);
            }
        }
    }

    static List<String> unqualified(String sql) {
        List<String> all = new ArrayList<>();
        for (String statement : sql.replace("${log}", SqlConstants.LOG).split(";")) {
            all.addAll(new SqlNames(statement).unqualified());
        }
        return all;
    }

    private List<String> unqualified() {
        if (UTILITY.contains(at(0))) {
            return found;
        }
        for (int i = 0; i < tokens.size(); i++) {
            look(i);
        }
        return found;
    }

    private void look(int i) {
        String token = at(i);
        if (OPERATOR.matcher(token).matches()) {
            boolean all = token.equals("*") && (at(i - 1).equals("(") && at(i + 1).equals(")") || isAllOfARow(i));
            check(all || assignments.contains(i) || at(i - 4).equals("operator") && isQualified(i), "operator", token);
        } else if (token.equals("::")) {
            check(at(i + 1).equals("pg_catalog") && at(i + 2).equals("."), "type", at(i + 1));
        } else if (HIDDEN.contains(token) || token.equals("case") && !at(i + 1).equals("when")) {
            check(false, "operator", token);
        } else if (NAME.matcher(token).matches()) {
            lookAtName(i, token);
        }
    }

    private void lookAtName(int i, String token) {
        boolean isAlias = at(i - 1).equals("as") || at(i - 1).equals(")");
        if (at(i + 1).equals("(") && !NO_FUNCTION.contains(token) && !isAlias) {
            check(isQualified(i), "function", token);
        } else if (at(i - 1).equals("from") && !at(i - 4).equals("extract") || at(i - 1).equals("join")) {
            boolean rows = token.equals("rows") && at(i + 1).equals("from") || token.equals("lateral") && at(i + 1).equals("(");
            check(rows || own.contains(token) || token.equals("pg_catalog") && at(i + 1).equals("."), "relation", token);
        } else if (token.startsWith("pg_") && !token.equals("pg_catalog")) {
            check(isQualified(i), "name", token);
        }
    }

    private boolean isAllOfARow(int star) {
        return at(star - 1).equals(".") && NAME.matcher(at(star - 2)).matches()
                && (at(star + 1).equals(",") || at(star + 1).equals("from"));
    }

    private boolean isQualified(int i) {
        return at(i - 1).equals(".") && QUALIFIERS.contains(at(i - 2));
    }

    private void check(boolean right, String what, String name) {
        if (!right) {
            found.add(what + " " + name);
        }
    }

    private String at(int i) {
        return i < 0 || i >= tokens.size() ? "" : tokens.get(i);
    }
}
