using Vtok.Models.OneDPiece;

namespace Vtok.Models.Tests.OneDPiece;

[TestClass]
public sealed class TailDropTests
{
    [TestMethod]
    public void Every_length_from_one_to_all_is_drawn_about_equally_often()
    {
        using Generator generator = new(1);

        int[] counts = new int[6];
        for (int i = 0; i < 3000; i++)
            counts[TailDrop.Draw(5, generator)]++;

        Assert.AreEqual(0, counts[0]);
        Assert.IsTrue(counts[1..].All(count => count is > 500 and < 700), string.Join(", ", counts));
    }
}
