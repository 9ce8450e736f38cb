import CutlineCore
import Testing

struct JSONCursorTests {
    private let root = JSONCursor(
        .object([
            "jobs": .array([.object([:]), .object(["images": .array([.string("a"), .integer(3)])])]), "n": .number(3), "zero": .integer(0),
            "half": .number(0.5), "empty": .string(""), "none": .null,
        ]))

    private func problem(_ body: () throws(InvalidValue) -> some Any) -> String? {
        do throws(InvalidValue) {
            _ = try body()
            return nil
        } catch {
            return error.description
        }
    }

    @Test func pathsNameTheValue() throws {
        let image = try #require(try root["jobs"]?.items()[1]["images"]?.items()[1])
        #expect(image.path == "jobs[1].images[1]")
        #expect(problem { () throws(InvalidValue) in try image.string() } == "jobs[1].images[1]: expected a text")
    }

    @Test func unknownKeysAreRefused() {
        let job = JSONCursor(.object(["key": .null, "imgae": .null]), path: "jobs[3]")
        #expect(
            problem { () throws(InvalidValue) in try job.members(allowed: ["key", "image"]) }
                == "jobs[3].imgae: unknown key; known here: key, image")
        #expect(problem { () throws(InvalidValue) in try job.members(allowed: ["key", "imgae"]) } == nil)
    }

    @Test(arguments: [
        ("n", nil), ("zero", "zero: must be above 0"), ("half", "half: expected a whole number"),
        ("empty", "empty: expected a whole number"),
        ("none", "none: expected a whole number"),
    ])
    func wholeNumbersAreAboveZero(key: String, expected: String?) throws {
        let member = try #require(root[key])
        #expect(problem { () throws(InvalidValue) in try member.positiveInt() } == expected)
    }

    @Test func eachTypeIsChecked() throws {
        let empty = try #require(root["empty"])
        #expect(problem { () throws(InvalidValue) in try empty.nonEmptyString() } == "empty: must not be empty")
        #expect(problem { () throws(InvalidValue) in try empty.items() } == "empty: expected a list")
        #expect(problem { () throws(InvalidValue) in try empty.object() } == "empty: expected an object")
        #expect(problem { () throws(InvalidValue) in try empty.positiveDouble() } == "empty: expected a number")
        #expect(problem { () throws(InvalidValue) in try empty.members(allowed: []) } == "empty: expected an object")
        #expect(try #require(root["half"]).positiveDouble() == 0.5)
    }
}
