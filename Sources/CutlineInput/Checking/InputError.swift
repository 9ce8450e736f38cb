import SystemPackage

/// Input that cannot be used: one sentence on what failed, for which thing, and what to do.
package struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What cannot be added because of it.
    enum Reach: Hashable { case entry, input }

    package let description: String
    /// What the system said, where it was the system.
    let cause: Errno?
    let reach: Reach

    package init(_ sentence: String) { self.init(sentence, cause: nil) }

    /// No sentence is longer than a screen, whatever stands in it.
    init(_ sentence: String, cause: Errno? = nil, reach: Reach = .input) {
        (description, self.cause, self.reach) = (sentence.shortened(to: 1_900), cause, reach)
    }

    /// We ran out of something: it says nothing about the input.
    package var isShortage: Bool { cause?.isShortage == true }

    /// The same, of one entry alone: the others can do without it.
    var ofOneEntry: InputError { InputError(description, cause: cause, reach: .entry) }

    /// With what the system said of `other`.
    func caused(by other: InputError) -> InputError { InputError(description, cause: other.cause, reach: reach) }

    /// The same trouble, met inside `file` at the key `path` (`jobs[3].images[0]`).
    func at(_ path: String, of file: String) -> InputError { InputError("\(file), \(path): \(description)", cause: cause, reach: reach) }
}
