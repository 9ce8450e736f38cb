import SystemPackage

/// Input that cannot be used: one sentence on what failed, for which thing, and what to do.
package struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// What the system said, where it was the system.
    let cause: Errno?

    package init(_ sentence: String) { self.init(sentence, cause: nil) }

    init(_ sentence: String, cause: Errno?) { (description, self.cause) = (sentence, cause) }

    /// The same trouble, met inside `file` at the key `path` (`jobs[3].images[0]`).
    func at(_ path: String, of file: String) -> InputError { InputError("\(file), \(path): \(description)") }
}
