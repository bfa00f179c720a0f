namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class PillowColorsTests
{
    [TestMethod]
    public void Conversions_give_the_bytes_of_Pillow()
    {
        GoldenCase golden = GoldenCase.All(TestFolders.Golden("resampling"), "pil_gray").Single();

        golden.AssertBytes("l", PillowColors.Gray(golden.Picture("in.rgb")));
        golden.AssertBytes("ycbcr", PillowColors.YCbCr(golden.Picture("in.rgb")));
    }
}
