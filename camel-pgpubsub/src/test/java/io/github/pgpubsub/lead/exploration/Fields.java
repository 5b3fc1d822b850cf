package io.github.pgpubsub.lead.exploration;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import sun.reflect.ReflectionFactory;

/** Looks into objects of this project by reflection, and copies them with all that they hold. */
final class Fields {

    private static final ClassValue<List<Field>> OF = new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
            List<Field> fields = new ArrayList<>();
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
            return fields;
        }
    };

    private Fields() {
    }

    static List<Field> of(Class<?> type) {
        return OF.get(type);
    }

    static Object get(Field field, Object object) {
        try {
            return field.get(object);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A world that shares nothing with this one but what never changes. */
    static World copy(World world) {
        return (World) copy(world, new IdentityHashMap<>());
    }

    static boolean isImmutable(Object object) {
        Class<?> type = object.getClass();
        return type.isRecord() || type.isHidden() || object instanceof Enum || object instanceof String || object instanceof Number
                && !(object instanceof AtomicLong) || object instanceof Boolean;
    }

    private static Object copy(Object object, Map<Object, Object> copies) {
        if (object == null || isImmutable(object)) {
            return object;
        }
        Object known = copies.get(object);
        if (known != null) {
            return known;
        }
        Object copy = empty(object);
        copies.put(object, copy);
        fill(object, copy, copies);
        return copy;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object empty(Object object) {
        try {
            if (object instanceof AtomicLong number) {
                return new AtomicLong(number.get());
            } else if (object instanceof EnumMap map) {
                EnumMap copy = new EnumMap(map);
                copy.clear();
                return copy;
            } else if (object instanceof java.util.EnumSet set) {
                return set.clone();
            } else if (object instanceof Collection || object instanceof Map) {
                return object.getClass().getConstructor().newInstance();
            }
            return NEW.get(object.getClass()).newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final ClassValue<java.lang.reflect.Constructor<?>> NEW = new ClassValue<>() {
        @Override
        protected java.lang.reflect.Constructor<?> computeValue(Class<?> type) {
            try {
                return ReflectionFactory.getReflectionFactory().newConstructorForSerialization(type, Object.class.getConstructor());
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
            }
        }
    };

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void fill(Object object, Object copy, Map<Object, Object> copies) {
        if (object instanceof Collection from) {
            if (!(object instanceof java.util.EnumSet)) {
                from.forEach(each -> ((Collection) copy).add(copy(each, copies)));
            }
        } else if (object instanceof Map from) {
            from.forEach((key, value) -> ((Map) copy).put(copy(key, copies), copy(value, copies)));
        } else if (!(object instanceof AtomicLong)) {
            try {
                for (Field field : of(object.getClass())) {
                    if (field.getType().isPrimitive()) {
                        field.set(copy, field.get(object));
                    } else {
                        field.set(copy, copy(field.get(object), copies));
                    }
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
