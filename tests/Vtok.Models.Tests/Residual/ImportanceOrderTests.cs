using CsCheck;
using Vtok.Models.Residual;

namespace Vtok.Models.Tests.Residual;

[TestClass]
public sealed class ImportanceOrderTests
{
    private const int Coarse = 8;   // tokens of the two raster stages
    private const int Fine = 24;    // tokens of the levels in a whole encoding
    private const int Patches = 16;

    private static readonly ResidualConfig Config = TinyBooks.Config;
    private static readonly ImportanceOrder Order = Create();
    private static readonly Gen<long[]> CoarseIds = Gen.Long[0, 15].Array[Coarse];
    private static readonly Gen<long[]> FirstIds = Gen.Long[0, 15].Array[Patches];

    [TestMethod]
    public void The_order_of_known_ids_is_this_one()
    {
        long[] coarse = [3, 1, 4, 1, 5, 9, 2, 6];
        long[] first = [5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, 4];
        long[] slots = new long[Fine];

        Order.OfPatches(coarse, first, slots);

        Assert.AreEqual(Expected, string.Join(" ", slots));
    }

    [TestMethod]
    public void Every_slot_comes_once_and_the_levels_of_a_patch_ascend() =>
        Gen.Select(CoarseIds, FirstIds).Sample((coarse, first) =>
        {
            long[] slots = new long[3 * Patches];
            Order.OfPatches(coarse, first, slots);

            return slots.Order().SequenceEqual(Enumerable.Range(0, 3 * Patches).Select(i => (long)i))
                && slots.GroupBy(s => s % Patches).All(patch => patch.SequenceEqual(patch.Order()));
        });

    [TestMethod]
    public void A_decoder_finds_the_encoder_s_order_from_any_prefix() =>
        Gen.Select(CoarseIds, FirstIds, Gen.Int[0, Fine]).Sample((coarse, first, length) =>
        {
            long[] encoder = new long[Fine], decoder = new long[Fine];
            Order.OfPatches(coarse, first, encoder);
            long[] ids = [.. encoder.Take(length).Select(slot => slot < Patches ? first[slot] : 15)];

            Order.OfSequence(coarse, ids, decoder);

            return decoder.AsSpan(0, length).SequenceEqual(encoder.AsSpan(0, length));
        });

    [TestMethod]
    public void Equal_patches_come_in_the_order_of_their_index()
    {
        long[] slots = new long[Patches];

        Order.OfPatches(new long[Coarse], new long[Patches], slots);

        CollectionAssert.AreEqual(Enumerable.Range(0, Patches).Select(i => (long)i).ToArray(), slots);
    }

    /// <summary>Tables that are plain arithmetic, so that the golden order rests on nothing else. Code 0 has no energy.</summary>
    private static ImportanceOrder Create()
    {
        List<int[]> energies = [.. new[] { 4, 4, 1 }.Select((shares, source) =>
            Enumerable.Range(0, Config.Codes * shares).Select(i => i < shares ? 0 : (i * 7919 + source * 104729) % 1009 * 5003).ToArray())];
        List<long[]> weights = [.. Enumerable.Range(0, 3).Select(level =>
            Enumerable.Range(0, ImportanceOrder.FeatureCount(level == 0 ? 2 : 3)).Select(i => (long)((i * 31 + 17) % 23) << (12 - 2 * level)).ToArray())];
        return new ImportanceOrder(Config, energies, weights);
    }

    private const string Expected = "7 15 4 8 5 31 9 0 2 14 16 18 10 21 12 30 28 1 23 24 20 3 26 19";
}
