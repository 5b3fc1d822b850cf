package io.github.pgpubsub;

/** The rules for the name of a group. */
public final class GroupName {

    private GroupName() {}

    /**
     * Checks a name and returns it.
     *
     * @throws IllegalArgumentException when the name is empty
     */
    public static String check(String group) {
        if (group.isEmpty()) {
            throw new IllegalArgumentException("The group is empty");
        }
        return group;
    }

    /**
     * Checks the name of a group that receives kept messages, and returns it.
     *
     * @throws IllegalArgumentException when the name is empty, or has the character NUL, which PostgreSQL can't hold, or 1, which is in the
     *                                  names of groups that the log's SQL functions make for a moment
     */
    public static String checkKept(String group) {
        if (group.indexOf('\0') >= 0 || group.indexOf('\1') >= 0) {
            throw new IllegalArgumentException("The group has the character NUL or 1, which are reserved");
        }
        return check(group);
    }
}
