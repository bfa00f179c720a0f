namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class RgbImageTests
{
    [TestMethod]
    [DataRow(0, 1), DataRow(1, 0), DataRow(-1, -1), DataRow(-1, 5), DataRow(65536, 1), DataRow(1, 65536), DataRow(40000, 20000), DataRow(65535, 65535)]
    public void Sizes_that_no_picture_can_have_are_refused_before_memory_is_taken(int width, int height)
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RgbImage(width, height));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RgbImage(width, height, []));
    }

    [TestMethod]
    public void Bytes_that_are_not_the_size_are_refused_with_both()
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => new RgbImage(2, 3, new byte[17]));

        StringAssert.Contains(error.Message, "17 bytes, expected 18 for 2x3");
    }
}
