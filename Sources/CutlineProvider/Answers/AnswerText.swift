extension String {
    var nonEmpty: String? { isEmpty ? nil : self }

    /// Outer white space trimmed, NUL dropped, nothing else changed.
    var asCaption: String {
        let scalars = utf8.contains(0) ? String.UnicodeScalarView(unicodeScalars.filter { $0 != "\0" }) : unicodeScalars
        let head = scalars.drop { $0.properties.isWhitespace }
        guard let last = head.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(String.UnicodeScalarView(head[...last]))
    }

    /// One line of at most 500 characters that is safe to show, without `secret`.
    func asMessage(without secret: String?) -> String {
        var line = String.UnicodeScalarView()
        var (seen, kept, endsInSpace) = (0, 0, true)
        for scalar in unicodeScalars {
            // Half a secret must not remain at the cut.
            if seen == 20_000 || kept == 4_000 {
                line.removeLast(min(kept, secret?.utf8.count ?? 0))
                break
            }
            seen += 1
            let isPrintable = scalar.isASCII ? (0x21..<0x7F).contains(scalar.value) : Self.isPrintable(scalar)
            guard isPrintable || !endsInSpace else { continue }
            line.append(isPrintable ? scalar : " ")
            endsInSpace = !isPrintable
            kept += 1
        }
        let message = String(line).replacingSecret(secret)
        let trimmed = message.hasSuffix(" ") ? String(message.dropLast()) : message
        return trimmed.count <= 500 ? trimmed : String(trimmed.prefix(499)) + "…"
    }

    /// Byte by byte: as characters, a secret with a combining mark behind it would be another one.
    func replacingSecret(_ secret: String?) -> String {
        guard let secret, secret.utf8.count >= 4 else { return self }
        let (bytes, needle) = (Array(utf8), Array(secret.utf8))
        var (result, start) = ([UInt8](), 0)
        while let found = bytes.firstIndex(of: needle, from: start) {
            result += bytes[start..<found]
            result += Array("[key]".utf8)
            start = found + needle.count
        }
        return start == 0 ? self : String(decoding: result + bytes[start...], as: UTF8.self)
    }

    /// Neither a control character nor one of the format characters that turn the direction of a line.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
        default: !scalar.properties.isWhitespace
        }
    }
}
