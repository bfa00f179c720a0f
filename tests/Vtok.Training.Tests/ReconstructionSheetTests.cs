using TorchSharp;
using Vtok.Imaging;
using Vtok.Training.Measures;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class ReconstructionSheetTests
{
    [TestMethod]
    public void Columns_stand_side_by_side_and_pictures_below_each_other()
    {
        using DisposeScope scope = NewDisposeScope();
        string folder = TestRuns.Folder(), path = Path.Combine(folder, "sheet.png");
        Tensor black = full([2, 3, 8, 8], -1f), white = full([2, 3, 8, 8], 1f);

        ReconstructionSheet.Write(path, [black, white]);

        RgbImage sheet = new VipsImageCodec().Decode(File.ReadAllBytes(path));
        Directory.Delete(folder, recursive: true);
        Assert.AreEqual((20, 20), (sheet.Width, sheet.Height));
        Assert.AreEqual(0, sheet.Row(13)[3]);
        Assert.AreEqual(255, sheet.Row(13)[15 * 3]);
    }
}
