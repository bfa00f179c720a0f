using CsCheck;
using TorchSharp;
using Vtok.Models.Quantizers;
using Vtok.Torch;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class NearestCodeTests
{
    private static readonly Gen<(int Rows, int Codes, int Width, int Seed)> Problems =
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 60], Gen.Int[1, 20], Gen.Int[0, 1_000_000]);

    [TestMethod]
    public void Nearest_equals_brute_force_in_double_precision() => Problems.Sample(problem =>
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor rows, Tensor codes) = Draw(problem);
        Tensor distances = (rows.to(ScalarType.Float64).unsqueeze(1) - codes.to(ScalarType.Float64)).square().sum(-1);

        Tensor found = NearestCode.Find(rows, codes);

        CollectionAssert.AreEqual(distances.argmin(1).data<long>().ToArray(), found.data<long>().ToArray());
    }, iter: 100, threads: 1);

    [TestMethod]
    public void Ids_do_not_depend_on_tile_or_batch_even_where_codes_nearly_tie() => Problems.Sample(problem =>
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor rows, Tensor codes) = Draw(problem);
        Tensor crowded = cat([codes, codes * (1 + 1e-7f), codes]); // duplicates, and neighbours within float32 rounding
        long[] whole = NearestCode.Find(rows, crowded).data<long>().ToArray();

        long[] tiny = NearestCode.Find(rows, crowded, 1).data<long>().ToArray();
        long[] odd = NearestCode.Find(rows, crowded, 7 * problem.Codes).data<long>().ToArray();
        long[] single = [.. Enumerable.Range(0, problem.Rows).Select(i => NearestCode.Find(rows.narrow(0, i, 1), crowded).item<long>())];

        CollectionAssert.AreEqual(whole, tiny);
        CollectionAssert.AreEqual(whole, odd);
        CollectionAssert.AreEqual(whole, single);
    }, iter: 50, threads: 1);

    [TestMethod]
    public void Among_equal_codes_the_lowest_id_wins()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor codes = zeros(70_000, 8);

        Tensor found = NearestCode.Find(ones(100, 8), codes);

        Assert.AreEqual(0, found.max().item<long>());
    }

    [TestMethod]
    public void Under_autocast_distances_stay_in_float32()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor rows, Tensor codes) = Draw((200, 500, 8, 4));
        Tensor expected = NearestCode.Find(rows, codes);

        using IDisposable autocast = Autocast.Enter(DeviceType.CPU);
        bool halved = rows.mm(codes.t()).dtype == ScalarType.BFloat16;
        Tensor found = NearestCode.Find(rows, codes);
        bool again = rows.mm(codes.t()).dtype == ScalarType.BFloat16;

        Assert.IsTrue(halved && again);
        Assert.IsTrue(expected.Equals(found));
    }

    [TestMethod]
    public void Features_that_are_not_finite_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor(new[] { 0f, float.NaN }).view(1, 2);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => NearestCode.Find(rows, zeros(3, 2)));

        StringAssert.Contains(error.Message, "not finite");
    }

    [TestMethod]
    public void Widths_that_differ_are_named()
    {
        using DisposeScope scope = NewDisposeScope();

        var error = Assert.ThrowsExactly<ArgumentException>(() => NearestCode.Find(zeros(1, 2), zeros(4, 3)));

        StringAssert.Contains(error.Message, "[1, 2]");
    }

    private static (Tensor Rows, Tensor Codes) Draw((int Rows, int Codes, int Width, int Seed) problem)
    {
        using Generator generator = new((ulong)problem.Seed);
        return (randn([problem.Rows, problem.Width], generator: generator), randn([problem.Codes, problem.Width], generator: generator));
    }
}
