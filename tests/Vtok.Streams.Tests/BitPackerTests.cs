using CsCheck;

namespace Vtok.Streams.Tests;

[TestClass]
public sealed class BitPackerTests
{
    private static readonly Gen<(ImageVocabulary Vocabulary, int[] Ids)> Packable =
        from vocabulary in Arbitrary.Vocabulary
        from raw in Gen.UInt.Array[0, Math.Min(vocabulary.Positions ?? 200, 200)]
        select (vocabulary, raw.Select((value, position) => (int)(value % (uint)vocabulary.SizeAt(position))).ToArray());

    [TestMethod]
    public void Every_prefix_of_packed_ids_unpacks_to_the_same_ids()
        => Packable.Sample(t =>
        {
            for (int count = 0; count <= t.Ids.Length; count += 1 + t.Ids.Length / 20)
            {
                byte[] packed = new byte[BitPacker.GetByteCount(t.Vocabulary, count)];
                int[] back = new int[count];

                Assert.IsTrue(BitPacker.TryPack(t.Ids.AsSpan(0, count), t.Vocabulary, packed, out int written));
                Assert.IsTrue(BitPacker.TryUnpack(packed, t.Vocabulary, back, out int read));
                Assert.AreEqual(packed.Length, written);
                Assert.AreEqual(packed.Length, read);
                Assert.IsTrue(t.Ids.AsSpan(0, count).SequenceEqual(back));
            }
        }, iter: 300);

    [TestMethod]
    public void Bits_come_most_significant_first()
    {
        var vocabulary = new ImageVocabulary(new VocabularyRun(4096, 2), new VocabularyRun(5, 1));
        byte[] packed = new byte[4];

        Assert.IsTrue(BitPacker.TryPack([0xABC, 0x123, 4], vocabulary, packed, out int written));

        Assert.AreEqual("ABC12380", Convert.ToHexString(packed.AsSpan(0, written)));
    }

    [TestMethod]
    public void Too_small_a_destination_is_left_alone()
    {
        byte[] packed = [1, 2];

        Assert.IsFalse(BitPacker.TryPack([1, 2], new ImageVocabulary(new VocabularyRun(4096, 2)), packed, out int written));

        Assert.AreEqual(0, written);
        Assert.AreEqual("0102", Convert.ToHexString(packed));
    }

    [TestMethod]
    [DataRow(-1), DataRow(300), DataRow(int.MinValue), DataRow(int.MaxValue)]
    public void An_id_out_of_range_is_named(int id)
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => BitPacker.TryPack([0, 1, id], new ImageVocabulary(new VocabularyRun(2, 1), new VocabularyRun(300, 2)), new byte[8], out _));

        Assert.AreEqual(id, error.ActualValue);
        Assert.Contains("position 2", error.Message);
    }

    [TestMethod]
    [DataRow("FFF0", DisplayName = "an id above the vocabulary")]
    [DataRow("0001", DisplayName = "padding that is not zero")]
    [DataRow("00", DisplayName = "a byte too few")]
    public void Bytes_that_packing_never_gives_are_refused(string hex)
        => Assert.IsFalse(BitPacker.TryUnpack(Convert.FromHexString(hex), new ImageVocabulary(new VocabularyRun(4000, 1)), new int[1], out _));

    [TestMethod]
    public void More_ids_than_positions_are_refused()
        => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => BitPacker.GetByteCount(new ImageVocabulary(new VocabularyRun(2, 3)), 4));
}
