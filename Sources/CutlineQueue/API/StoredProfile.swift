import CutlineCore

/// A profile as it stands in the queue.
package struct StoredProfile: Sendable, Equatable {
    package let profile: Profile
    let text: String

    package static func == (a: StoredProfile, b: StoredProfile) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
}
