extension String {
    /// For messages: itself, or its beginning and its end with `…` between them, where it is longer than a few lines. Of a picture written
    /// out as text nobody wants to see more.
    package func shortened(to most: Int = 160) -> String {
        guard utf8.count > most, unicodeScalars.count > most else { return self }
        let end = most / 3
        return String(unicodeScalars.prefix(most - end - 1)) + "…" + String(unicodeScalars.suffix(end))
    }
}
