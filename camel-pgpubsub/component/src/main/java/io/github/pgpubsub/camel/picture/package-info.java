/**
 * A picture of the groups of a CamelContext, for a browser: members, who leads, hand-overs, rates, lag. A route binds
 * {@link io.github.pgpubsub.camel.picture.GroupPicture} to a path of an HTTP component.
 *
 * <p>{@link io.github.pgpubsub.camel.picture.Observer} looks at the consumers, at most once a second, and counts hand-overs by their
 * events; each consumer has an {@link io.github.pgpubsub.camel.picture.Observed}. The result is a
 * {@link io.github.pgpubsub.camel.picture.Picture}, which {@link io.github.pgpubsub.camel.picture.PicturePage} and
 * {@link io.github.pgpubsub.camel.picture.PictureJson} write.
 *
 * <p>The picture is seen by more people than logs are. So no text of the server, of the driver or of an exception gets into it, because
 * such a text may repeat a user, a host or a payload: what happened is told in words of this package.
 */
@NullMarked
package io.github.pgpubsub.camel.picture;

import org.jspecify.annotations.NullMarked;
