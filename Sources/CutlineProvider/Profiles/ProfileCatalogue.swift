import CutlineCore
import SystemPackage

/// The profiles that are known by name.
package struct ProfileCatalogue: Sendable {
    /// In the order in which they were described.
    package let names: [String]
    private let profiles: [String: Profile]

    /// Those that come with the program.
    package static func builtIn() throws -> ProfileCatalogue {
        try ProfileCatalogue(json: JSONCursor(JSONValue(parsing: PackageResources.profiles_json)))
    }

    /// Reads a list of profiles.
    init(json: JSONCursor) throws(InvalidValue) {
        var names: [String] = []
        var profiles: [String: Profile] = [:]
        for item in try json.items() {
            let profile = try Profile(json: item, extending: nil)
            guard profiles.updateValue(profile, forKey: profile.name) == nil else {
                throw item.invalid("the profile \"\(profile.name)\" stands twice")
            }
            names.append(profile.name)
        }
        self.names = names
        self.profiles = profiles
    }

    private init(names: [String], profiles: [String: Profile]) { (self.names, self.profiles) = (names, profiles) }

    /// These profiles and those of a list in the same form: one whose name is known extends that profile, any other needs an address.
    ///
    /// - Parameter folder: where the list lies; the paths in it begin there.
    package func extended(by json: JSONCursor, in folder: FilePath? = nil) throws(InvalidValue) -> ProfileCatalogue {
        var (names, profiles) = (names, profiles)
        var own: Set<String> = []
        for item in try json.items() {
            let profile = try resolve(inline: item, in: folder)
            guard own.insert(profile.name).inserted else { throw item.invalid("the profile \"\(profile.name)\" stands twice") }
            if profiles.updateValue(profile, forKey: profile.name) == nil { names.append(profile.name) }
        }
        return ProfileCatalogue(names: names, profiles: profiles)
    }

    package subscript(name: String) -> Profile? { profiles[name] }

    /// A profile described where it is used: one whose name is known extends that profile, any other needs an address.
    package func resolve(inline json: JSONCursor, in folder: FilePath? = nil) throws(InvalidValue) -> Profile {
        let known = json["name"]?.value.string.flatMap { profiles[$0] }
        var profile = try Profile(json: json, extending: known)
        guard known != nil || profile.baseURL != nil else {
            throw json.invalid("needs base_url; a profile without it must have one of the names \(names.joined(separator: ", "))")
        }
        // Its batch may be worked on from anywhere.
        if let folder, json["ca_file"] != nil { profile.caFile = profile.caFile.map { folder.pushing(FilePath($0)).string } }
        guard !profile.auth.exchangesKey || profile.auth.exchangePath != nil else {
            throw json["auth"]?.invalid("exchange needs exchange_path") ?? json.invalid("exchange needs exchange_path")
        }
        return profile
    }
}
