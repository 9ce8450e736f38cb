import CutlineCore
import CutlineInput
import CutlineProvider
import SystemPackage

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The profiles that are known by name: the built-in ones and the user's, from the nearest `providers.json`.
enum UserProfiles {
    /// - Throws: `CommandEnd` with exit 65 where the file cannot be used, naming it and the path of the key.
    static func catalogue(besideQueue place: QueuePlace, in environment: Environment) throws -> ProfileCatalogue {
        let builtIn = try ProfileCatalogue.builtIn()
        guard let file = places(place, environment).first(where: { access($0.string, F_OK) == 0 }) else { return builtIn }
        let name = environment.shortName(of: file)
        do {
            return try builtIn.extended(by: JSONCursor(JSONValue(parsing: TextFile.read(file).utf8)), in: file.removingLastComponent())
        } catch let error as JSONSyntaxError {
            throw CommandEnd.badInput("\(name) is not JSON, line \(error.line), column \(error.column): \(error.reason)")
        } catch let error as InvalidValue {
            throw CommandEnd.badInput("\(name) cannot be used, \(error.path.isEmpty ? "as a whole" : error.path): \(error.reason)")
        }
    }

    /// Beside a queue file, then in the user's configuration folder; the nearer wins.
    private static func places(_ place: QueuePlace, _ environment: Environment) -> [FilePath] {
        let configuration = environment.userFolder("XDG_CONFIG_HOME", orBelowHome: ".config")
        let folders = (place.folder.map { [$0] } ?? []) + (configuration.map { [$0.appending("cutline")] } ?? [])
        return folders.map { $0.appending("providers.json") }
    }
}

extension ProfileCatalogue {
    /// - Throws: `CommandEnd` with exit 64 where there is none of this name, naming what is near.
    func profile(named name: String) throws -> Profile {
        if let profile = self[name] { return profile }
        let near = Nearest.to(name, among: names).map { "did you mean \($0)?" }
        throw CommandEnd.usage("there is no provider \"\(Words.clean(name))\"; \(near ?? "known are \(names.joined(separator: ", "))")")
    }
}
