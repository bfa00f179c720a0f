using CsCheck;

namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class ImageFormatsTests
{
    [TestMethod]
    public void Any_bytes_can_be_sniffed() =>
        Check.Sample(Gen.Byte.Array[0, 40], bytes => ImageFormats.Sniff(bytes) is null or >= ImageFormat.Png, iter: 2000);

    [TestMethod]
    public void Every_format_is_told_from_the_others_and_by_its_extension()
    {
        foreach (ImageFormat format in Enum.GetValues<ImageFormat>())
        {
            Assert.AreEqual(format, ImageFormats.Sniff(ForgedFiles.Bomb(format, 8)));
            Assert.AreEqual(format, ImageFormats.FromFileName("a.b" + ImageFormats.Extension(format).ToUpperInvariant()));
        }
    }

    [TestMethod]
    public void Other_films_in_the_same_container_are_no_pictures()
    {
        byte[] heic = [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, .. "avif"u8];

        Assert.IsNull(ImageFormats.Sniff(heic));
    }

    [TestMethod]
    [DataRow("picture.svg")]
    [DataRow("picture")]
    [DataRow("png")]
    public void Other_names_have_no_format(string name) => Assert.IsNull(ImageFormats.FromFileName(name));
}
