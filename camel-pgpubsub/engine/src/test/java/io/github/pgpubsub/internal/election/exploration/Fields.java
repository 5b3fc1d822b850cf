package io.github.pgpubsub.internal.election.exploration;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import sun.misc.Unsafe;

/**
 * Reads the fields of this project's objects, and copies a world deeply by reflection, because state machines have no copy
 * methods.
 */
final class Fields {

    private static final Unsafe UNSAFE = unsafe();

    /** A field and its offset. The offset is negative for fields of records, because the JDK does not reveal it. */
    record Slot(Field field, long offset) {

        boolean isPrimitive() {
            return field.getType().isPrimitive();
        }

        long asLong(Object object) {
            if (offset < 0) {
                Object value = get(object);
                return value instanceof Boolean yes ? yes ? 1 : 0 : ((Number) value).longValue();
            }
            Class<?> type = field.getType();
            return type == long.class ? UNSAFE.getLong(object, offset) : type == int.class ? UNSAFE.getInt(object, offset)
                    : UNSAFE.getBoolean(object, offset) ? 1 : 0;
        }

        Object get(Object object) {
            try {
                return offset < 0 || isPrimitive() ? field.get(object) : UNSAFE.getObject(object, offset);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        private void copy(Object from, Object to, Map<Object, Object> copies) {
            Class<?> type = field.getType();
            if (!type.isPrimitive()) {
                UNSAFE.putObject(to, offset, Fields.copy(UNSAFE.getObject(from, offset), copies));
            } else if (type == long.class) {
                UNSAFE.putLong(to, offset, UNSAFE.getLong(from, offset));
            } else if (type == int.class) {
                UNSAFE.putInt(to, offset, UNSAFE.getInt(from, offset));
            } else if (type == boolean.class) {
                UNSAFE.putBoolean(to, offset, UNSAFE.getBoolean(from, offset));
            } else {
                throw new IllegalStateException("No type of field that is known here: " + field);
            }
        }
    }

    private static final ClassValue<List<Slot>> OF = new ClassValue<>() {
        @Override
        protected List<Slot> computeValue(Class<?> type) {
            List<Slot> slots = new ArrayList<>();
            if (type.getSuperclass() != null && type.getSuperclass() != Record.class) {
                slots.addAll(of(type.getSuperclass()));
            }
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    slots.add(new Slot(field, type.isRecord() ? -1 : UNSAFE.objectFieldOffset(field)));
                }
            }
            return slots;
        }
    };

    private Fields() {}

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Slot> of(Class<?> type) {
        return OF.get(type);
    }

    /** Copies a world. The copy shares only immutable objects with the original. */
    static World copy(World world) {
        return (World) copy(world, new IdentityHashMap<>(100));
    }

    private static boolean isImmutable(Object object) {
        return object == null || object instanceof Record || object instanceof String || object instanceof Enum
                || object instanceof Long || object instanceof Integer || object.getClass().isHidden();
    }

    private static Object copy(Object object, Map<Object, Object> copies) {
        if (isImmutable(object)) {
            return object;
        } else if (object instanceof boolean[] flags) {
            return flags.clone();
        } else if (object instanceof Collection<?> all) {
            return copyAll(all, copies);
        } else if (object instanceof Map<?, ?> map) {
            return copyAll(map, copies);
        }
        Object known = copies.get(object);
        if (known != null) {
            return known;
        } else if (object instanceof AtomicLong number) {
            Object copy = new AtomicLong(number.get());
            copies.put(object, copy);
            return copy;
        }
        try {
            Object copy = UNSAFE.allocateInstance(object.getClass());
            copies.put(object, copy);
            for (Slot slot : of(object.getClass())) {
                slot.copy(object, copy, copies);
            }
            return copy;
        } catch (InstantiationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Collections are not shared between objects. */
    private static Object copyAll(Collection<?> all, Map<Object, Object> copies) {
        if (all instanceof EnumSet<?> set) {
            return set.clone();
        }
        Collection<Object> copy = all instanceof ArrayDeque ? new ArrayDeque<>(Math.max(2, all.size()))
                : all instanceof LinkedList
                        ? new LinkedList<>()
                        : all instanceof ArrayList ? new ArrayList<>(all.size())
                                : all instanceof TreeSet ? new TreeSet<>() : all instanceof LinkedHashSet
                                        ? new LinkedHashSet<>() : new HashSet<>();
        for (Object each : all) {
            copy.add(copy(each, copies));
        }
        return copy;
    }

    private static Object copyAll(Map<?, ?> map, Map<Object, Object> copies) {
        if (map instanceof EnumMap<?, ?> byEnum) {
            return byEnum.clone();
        }
        Map<Object, Object> copy = map instanceof TreeMap ? new TreeMap<>() : map instanceof LinkedHashMap ? new LinkedHashMap<>()
                : new HashMap<>();
        map.forEach((key, value) -> copy.put(copy(key, copies), copy(value, copies)));
        return copy;
    }
}
