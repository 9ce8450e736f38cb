import CutlineInput
import SystemPackage

/// Questions on stderr, answers line by line from stdin.
struct Dialogue {
    let environment: Environment

    /// Asks until an answer is taken.
    ///
    /// - Parameters:
    ///   - offer: what an empty line means.
    ///   - accept: throws `CommandEnd` or `InputError` where the answer will not do; its sentence is said.
    func ask<Answer>(_ question: String, offer: String?, accept: (String) throws -> Answer) throws -> Answer {
        while true {
            environment.error.say("\(question)\(offer.map { " [\(Words.clean($0))]" } ?? "") ")
            guard let line = try line() else {
                throw CommandEnd.usage("there was no answer; nothing was written")
            }
            guard let answer = line.isEmpty ? offer : line else { continue }
            do { return try accept(answer) } catch let end as CommandEnd { say(end.sentence ?? "") } catch let error as InputError {
                say("\(error)")
            }
        }
    }

    func say(_ line: String) { environment.error.say("\(line)\n") }

    /// Nil at the end. Byte by byte: what follows belongs to the next question.
    private func line() throws -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while try withUnsafeMutableBytes(of: &byte, { try environment.input.read(into: $0) }) == 1, byte != UInt8(ascii: "\n") {
            bytes.append(byte)
        }
        guard !bytes.isEmpty || byte == UInt8(ascii: "\n") else { return nil }
        if let fault = TextFault(in: bytes) { throw CommandEnd.badInput("the answer on stdin \(fault.reason)") }
        let text = String(decoding: bytes, as: UTF8.self).unicodeScalars.drop { $0.properties.isWhitespace }
        guard let end = text.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(String.UnicodeScalarView(text[...end]))
    }
}
