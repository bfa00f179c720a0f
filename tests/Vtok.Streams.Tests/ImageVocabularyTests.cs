using CsCheck;

namespace Vtok.Streams.Tests;

[TestClass]
public sealed class ImageVocabularyTests
{
    [TestMethod]
    public void Bits_of_the_first_positions_are_the_sum_of_their_bits()
        => (from vocabulary in Arbitrary.Vocabulary
            from count in Gen.Int[0, Math.Min(vocabulary.Positions ?? 300, 300)]
            select (vocabulary, count)).Sample(t =>
        {
            long sum = Enumerable.Range(0, t.count).Sum(position => (long)t.vocabulary.BitsAt(position));

            Assert.AreEqual(sum, t.vocabulary.BitsOfFirst(t.count));
        }, iter: 500);

    [TestMethod]
    [DataRow(2, 1), DataRow(3, 2), DataRow(4, 2), DataRow(5, 3), DataRow(4096, 12), DataRow(4097, 13), DataRow(64_000, 16), DataRow(int.MaxValue, 31)]
    public void An_id_takes_the_ceiling_of_the_logarithm(int size, int bits)
        => Assert.AreEqual(bits, new ImageVocabulary(new VocabularyRun(size, 1)).BitsAt(0));

    [TestMethod]
    public void Sizes_follow_their_runs()
    {
        var vocabulary = new ImageVocabulary(new VocabularyRun(10, 2), new VocabularyRun(20, 1), new VocabularyRun(10, 3));

        Assert.AreEqual("10 10 20 10 10 10", string.Join(' ', Enumerable.Range(0, 6).Select(vocabulary.SizeAt)));
        Assert.AreEqual(6, vocabulary.Positions);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => vocabulary.SizeAt(6));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => vocabulary.SizeAt(-1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => vocabulary.BitsOfFirst(7));
    }

    [TestMethod]
    public void Neighbouring_runs_of_one_size_are_one_run()
        => Assert.AreEqual(
            new ImageVocabulary(new VocabularyRun(7, 5)),
            new ImageVocabulary(new VocabularyRun(7, 2), new VocabularyRun(7, 3)));

    [TestMethod]
    public void An_endless_run_serves_every_position()
    {
        var vocabulary = new ImageVocabulary(new VocabularyRun(16_384, 0));

        Assert.IsTrue(vocabulary.IsEndless);
        Assert.IsNull(vocabulary.Positions);
        Assert.AreEqual(16_384, vocabulary.SizeAt(1 << 25));
        Assert.AreEqual(14L << 26, vocabulary.BitsOfFirst(1 << 26));
    }

    [TestMethod]
    public void Impossible_runs_are_refused_with_their_number()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new ImageVocabulary());
        Assert.ThrowsExactly<ArgumentException>(() => new ImageVocabulary(new VocabularyRun(5, -1)));
        Assert.ThrowsExactly<ArgumentException>(() => new ImageVocabulary(new VocabularyRun(5, 3), new VocabularyRun(6, 0)));
        Assert.ThrowsExactly<ArgumentException>(() => new ImageVocabulary(new VocabularyRun(5, int.MaxValue), new VocabularyRun(6, int.MaxValue)));

        var error = Assert.ThrowsExactly<ArgumentException>(() => new ImageVocabulary(new VocabularyRun(5, 3), new VocabularyRun(1, 3)));
        Assert.Contains("vocabulary[1]: size 1", error.Message);
    }
}
