import CutlineCore

/// Makes items of rows: finds their pictures, names them, and fills the columns into their prompts.
struct RowFiller {
    let finder: PictureFinder
    let settings: BatchSettings
    /// What the first line in the OpenAI batch form asks of all.
    let stated: StatedRequest?
    private let template: PromptTemplate

    init(finder: PictureFinder, settings: BatchSettings, stated: StatedRequest?) {
        self.finder = finder
        self.settings = settings
        self.stated = stated
        template = PromptTemplate(settings.prompt)
    }

    /// Nil where a picture of the row is excluded.
    func item(of row: ManifestRow) throws(InputError) -> InputItem? {
        var images: [InputImage] = []
        var key = row.key ?? ""
        for image in row.images {
            let found: InputItem?
            do throws(InputError) { found = try finder.picture(image) } catch {
                throw row.place.error(error.description).caused(by: error)
            }
            guard let found else { return nil }
            if row.key == nil { key = found.key }
            images += found.images
        }
        guard row.key != nil || images.count == 1 && row.prompt == nil else {
            throw row.place.error("a row with several pictures or a prompt of its own needs a `key`")
        }
        return InputItem(
            key: key, hasOwnKey: row.key != nil, image: images[0], others: Array(images.dropFirst()), prompt: try prompt(of: row, key: key),
            extra: row.extra)
    }

    /// A picture in an archive; what its texts say are its columns.
    func item(of row: ArchiveRow) throws(InputError) -> InputItem {
        let name = row.image.asGiven
        let prompt: String? =
            template.firstColumn == nil
            ? nil
            : try template.filled(refusing: { InputError("\(name): \($0)") }) { column in
                switch column {
                case "key": .string(row.key)
                case "image": .string(name)
                default: row.columns[column]
                }
            }
        return InputItem(key: row.key, hasOwnKey: false, image: row.image, prompt: prompt, extra: row.columns)
    }

    /// Its texts are sent as they are. Nil where a picture of the line is excluded.
    func item(of line: BatchLine) -> InputItem? {
        guard !line.urls.contains(where: finder.exclusion.covers) else { return nil }
        let images = line.urls.map { InputImage(asGiven: $0, source: .url($0)) }
        return InputItem(
            key: line.key, hasOwnKey: true, image: images[0], others: Array(images.dropFirst()),
            prompt: line.prompt.utf8.elementsEqual(settings.prompt.utf8) ? nil : line.prompt)
    }

    /// Nil where it is the batch's.
    private func prompt(of row: ManifestRow, key: String) throws(InputError) -> String? {
        let own = row.prompt.map(PromptTemplate.init)
        guard own != nil || template.firstColumn != nil else {
            guard !settings.prompt.isEmpty else {
                let own = row.extra["prompt"] == nil ? "add a column `prompt`, or" : "ask its column prompt with --prompt '{{prompt}}', or"
                throw row.place.error("there is no prompt; \(own) give one for all with --prompt TEXT")
            }
            return nil
        }
        return try (own ?? template).filled(for: row.place) { column in
            switch column {
            case "key": .string(key)
            case "image": row.images.count == 1 ? .string(row.images[0]) : nil
            case "images": .array(row.images.map(JSONValue.string))
            default: row.extra[column]
            }
        }
    }
}
