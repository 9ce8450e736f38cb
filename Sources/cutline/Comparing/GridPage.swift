import CutlineCore
import CutlineInput

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A grid as one HTML page that needs nothing else: no script, no request, no style of anybody's but its own.
struct GridPage {
    let result: GridResult

    /// - Parameter send: takes the page piece by piece.
    func write(_ send: (String) throws -> Void) rethrows {
        try send(head)
        var pictures = PagePicture()
        for row in result.rows { try send(line(row, &pictures)) }
        try send("</tbody>\n<tfoot>\n\(totals)</tfoot>\n</table>\n</body>\n</html>\n")
    }

    /// The style alone is allowed by its digest; what a caption may smuggle in is refused by the browser, too.
    private static let policy =
        "default-src 'none'; img-src data:; style-src 'sha256-\(Data(style.utf8.sha256).base64EncodedString())'; base-uri 'none'; form-action 'none'"

    private var head: String {
        let title = "\(result.base): \(Words.count(result.prompts.count, "prompt")) × \(Words.count(result.models.count, "model"))"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
            <meta name="referrer" content="no-referrer">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTML.escaped(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <h1 dir="auto">\(HTML.escaped(title))</h1>
            <dl>
            \(definitions)</dl>
            <table>
            <thead>
            <tr><th scope="col">picture</th>\(result.cells.map(heading).joined())</tr>
            </thead>
            <tbody>

            """
    }

    private var definitions: String {
        (result.prompts + result.models).map {
            "<dt>\(HTML.escaped($0.label))</dt><dd dir=\"auto\">\(HTML.escaped($0.text))</dd>\n"
        }.joined()
    }

    private func heading(_ cell: GridResult.Cell) -> String {
        "<th scope=\"col\"><b>\(cell.label)</b> <bdi>\(HTML.escaped(cell.settings.model))</bdi></th>"
    }

    private func line(_ row: GridResult.Row, _ pictures: inout PagePicture) -> String {
        let images = row.images.map { pictures.html($0, description: row.key) }.joined()
        let cells = row.records.map { "<td>\(caption($0))</td>" }.joined()
        return
            "<tr><th scope=\"row\"><div class=\"pictures\">\(images)</div><bdi class=\"key\">\(HTML.escaped(row.key))</bdi></th>\(cells)</tr>\n"
    }

    private func caption(_ record: Record) -> String {
        let text = HTML.escaped(GridText.caption(record))
        let kind = record.caption == nil ? "missing" : "caption"
        let flags = (record.caption?.flags ?? []).map { "<span class=\"flag\">\(HTML.escaped($0.rawValue))</span>" }
        let facts = facts(record).map(HTML.escaped) + flags
        return "<p class=\"\(kind)\" dir=\"auto\">\(text)</p><p class=\"facts\">\(facts.joined(separator: " · "))</p>"
    }

    private func facts(_ record: Record) -> [String] {
        guard let caption = record.caption else { return [record.state.rawValue] }
        return [
            // What answered, where it is not what was asked for.
            caption.resolvedModel.flatMap { $0 == record.requestedModel ? nil : $0 },
            caption.usage.totalTokens.map { Words.count($0, "token") }, caption.usage.cost.map(Words.money),
            record.latency.map(Words.duration),
        ].compactMap(\.self)
    }

    /// A line for each measure, as in the table of the terminal.
    private var totals: String {
        let columns = result.cells.map { GridText.line($0, of: result) }
        return GridText.header.enumerated().dropFirst().map { index, name in
            let cells = columns.map { "<td>\(HTML.escaped($0[index]))</td>" }.joined()
            return "<tr><th scope=\"row\">\(name)</th>\(cells)</tr>\n"
        }.joined()
    }

    private static let style = """
        :root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
        body { margin: 1.5rem; }
        h1 { font-size: 1.3rem; }
        dl { display: grid; grid-template-columns: max-content minmax(0, 70rem); gap: .2rem .8rem; }
        dt { font-weight: bold; }
        dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
        table { border-collapse: collapse; }
        th, td { border: 1px solid #8886; padding: .5rem .7rem; text-align: start; vertical-align: top; font-weight: normal; }
        thead th { position: sticky; top: 0; background: Canvas; }
        td { min-width: 16rem; max-width: 30rem; }
        .pictures { display: flex; flex-wrap: wrap; gap: .4rem; }
        img { max-width: 16rem; max-height: 16rem; }
        [class^=turn] { width: 16rem; height: 16rem; object-fit: contain; }
        .turn2 { transform: scaleX(-1); } .turn3 { transform: rotate(180deg); } .turn4 { transform: scaleY(-1); }
        .turn5 { transform: rotate(90deg) scaleY(-1); } .turn6 { transform: rotate(90deg); }
        .turn7 { transform: rotate(-90deg) scaleY(-1); } .turn8 { transform: rotate(-90deg); }
        .key { display: block; max-width: 16rem; overflow-wrap: anywhere; font-size: .85rem; }
        p { margin: 0 0 .4rem; }
        .caption, .missing { white-space: pre-wrap; overflow-wrap: anywhere; }
        .missing { color: #c33; }
        .facts, .note { font-size: .8rem; opacity: .75; }
        .flag { border: 1px solid #c80; border-radius: .3rem; padding: 0 .3rem; }
        """
}
