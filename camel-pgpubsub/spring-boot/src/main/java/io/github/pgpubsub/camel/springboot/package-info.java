/**
 * Configures the component in Spring Boot: the application's properties {@code camel.component.pgpubsub.*} become options of the
 * component.
 *
 * <p>No class here lists the options. The component's generated configurer knows the options and converts their values, so every
 * value that works elsewhere ({@code 5s}, {@code #bean}) works here, and a new option works at once. IDEs read
 * {@code META-INF/spring-configuration-metadata.json}, which SpringBootMetadataTest writes from the component's own metadata.
 */
@NullMarked
package io.github.pgpubsub.camel.springboot;

import org.jspecify.annotations.NullMarked;
