import CutlineCore
import TestSupport
import Testing

@testable import cutline

/// A command line where nothing can prepare pictures.
@Suite(.timeLimit(.minutes(5))) struct PreparingWithoutLibvipsTests {
    private let harness = CommandHarness(pictures: "photos/a.png")

    @Test(arguments: [["--prepare", "fit"], ["--prepare", "all"], ["--longest-edge", "500"]])
    func nothingIsAddedThatCannotBeSent(options: [String]) async {
        for command in ["run", "add"] {
            let said = await harness.run([command, "photos"] + CommandHarness.asking + options)
            #expect(said.code == 65 && said.error.contains("apt-get install libvips42"))
        }
        #expect(await harness.cutline("status").code != 0)
    }

    @Test func whatTheProviderTakesNeedsNoLibvips() async {
        for mode in ["auto", "never"] { #expect(await harness.caption("photos", "--prepare", mode).code == 0) }
        #expect(await harness.cutline("work", "--prepare", "auto").code == 0)
    }

    @Test(arguments: [
        ["--prepare", "auto", "--jpeg-quality", "9"], ["--jpeg-quality", "101"], ["--longest-edge", "15"], ["--background", "blue"],
        ["--max-megapixels", "0"], ["--picture-format", "webp"], ["--prepare", "best"],
    ])
    func whatCannotBeIsRefused(options: [String]) async {
        #expect(await harness.run(["run", "photos"] + CommandHarness.asking + options).code == 64)
    }
}
