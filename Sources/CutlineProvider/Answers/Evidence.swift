/// What speaks for a class, the surest first: the first that decides is believed. docs/providers.md has the same table.
///
/// What a program wrote for programs goes before what was written for people: a sentence may name billing in a link, or quote a prompt.
enum Evidence: CaseIterable {
    /// A redirect, or a web page in the place of an answer: nobody of the API spoke.
    case shape
    /// `code` and its like, the gateway's own before the upstream's.
    case code
    /// `type` and its like, which may be shared by several codes.
    case type
    /// The name of the limit that was reached, or that it is zero.
    case limit
    /// A refusal for the pace that says when to come again.
    case wait
    /// What is said, without its links.
    case sentence
    /// Codes and types that name no more than a family, and so are refined by the sentence.
    case family
    case status
}
