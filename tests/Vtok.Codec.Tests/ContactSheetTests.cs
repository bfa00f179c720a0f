using Vtok.Codec.Sheets;
using Vtok.Imaging;

namespace Vtok.Codec.Tests;

[TestClass]
public class ContactSheetTests
{
    [TestMethod]
    public void Pictures_stand_in_rows_and_labels_are_drawn_under_them()
    {
        RgbImage red = new(8, 8);
        for (int i = 0; i < red.Pixels.Length; i += 3)
            red.Pixels[i] = 255;

        RgbImage labelled = ContactSheet.Draw([new(red, "Tokens: 8"), new(red, ""), new(red, "a (b) %")], columns: 2, width: 30, height: 20);
        RgbImage bare = ContactSheet.Draw([new(red, ""), new(red, ""), new(red, "")], columns: 2, width: 30, height: 20);

        Assert.AreEqual((96, 128), (labelled.Width, labelled.Height));
        CollectionAssert.AreEqual(new byte[] { 255, 0, 0 }, labelled.Row(12)[(12 * 3)..(13 * 3)].ToArray());
        int[] changed = [.. Enumerable.Range(0, labelled.Height).Where(y => !labelled.Row(y).SequenceEqual(bare.Row(y)))];
        CollectionAssert.AreEqual(Enumerable.Range(40, 14).Concat(Enumerable.Range(98, 14)).ToArray(), changed); // seven dots of two pixels
    }
}
