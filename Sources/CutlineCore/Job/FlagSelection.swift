/// Which captions are meant, by what was remarked on them.
package struct FlagSelection: Hashable, Sendable {
    /// One of these is enough; empty: whatever it has.
    package var wanted: Set<CaptionFlag>
    /// None of these.
    package var unwanted: Set<CaptionFlag>

    package init(wanted: Set<CaptionFlag> = [], unwanted: Set<CaptionFlag> = []) {
        self.wanted = wanted
        self.unwanted = unwanted
    }

    package func admits(_ flags: [CaptionFlag]) -> Bool {
        (wanted.isEmpty || !wanted.isDisjoint(with: flags)) && unwanted.isDisjoint(with: flags)
    }
}
