/**
 * The component in Spring Boot. {@code camel.component.pgpubsub.*} of the application's properties become options of the
 * component.
 *
 * <p>No class here lists the options. The component's generated configurer knows which there are and converts their values, so
 * whatever it takes elsewhere ({@code 5s}, {@code #bean}) it takes here, and a new option works at once. What an IDE shows is
 * {@code META-INF/spring-configuration-metadata.json}, which MetadataTest writes from the component's own metadata.
 */
package io.github.pgpubsub.camel.springboot;
