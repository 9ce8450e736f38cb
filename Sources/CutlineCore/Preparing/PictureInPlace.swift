/// What stood in a request in place of one of its pictures.
package struct PictureInPlace: Codable, Hashable, Sendable {
    /// Which picture of the request, from 1.
    package var image: Int
    package var format: PictureFormat
    package var width: Int
    package var height: Int
    package var bytes: Int
    /// What made it, as `libvips 8.14.1`; nil: that was not said.
    package var maker: String?

    package init(image: Int, _ picture: PreparedPicture) {
        (self.image, format, width, height) = (image, picture.format, picture.size.width, picture.size.height)
        (bytes, maker) = (Int(picture.byteCount), picture.maker)
    }
}
