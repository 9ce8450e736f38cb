/// Where the pictures of a request stand among its texts.
package enum ImageOrder: String, Codable, CaseIterable, Sendable {
    case textFirst = "text_first"
    case imagesFirst = "images_first"
    /// In the system message, behind its text.
    case imagesInSystem = "images_in_system"
}
