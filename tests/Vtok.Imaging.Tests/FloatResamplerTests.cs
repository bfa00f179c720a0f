using System.Text.Json;

namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class FloatResamplerTests
{
    [TestMethod]
    public void Interpolation_has_the_values_of_torch() => Cases(TestFolders.Golden("resampling"));

    [TestMethod]
    public void Interpolation_has_the_values_of_torch_in_all_shared_cases() => Cases(TestFolders.Shared("golden", "resampling"));

    [TestMethod]
    public void Byte_tensors_have_the_values_of_torchvision() => ByteCases(TestFolders.Golden("resampling"));

    [TestMethod]
    public void Area_shrinking_by_a_whole_factor_is_the_mean_of_blocks()
    {
        double[] plane = [1, 3, 5, 7, 9, 11, 13, 15];

        double[] half = FloatResampler.Resize<double>(plane, 2, 4, 1, 2, InterpolationMode.Area);

        CollectionAssert.AreEqual(new double[] { 6, 10 }, half);
    }

    [TestMethod]
    public void Antialias_is_refused_where_torch_has_none() =>
        Assert.ThrowsExactly<ArgumentException>(() => FloatResampler.Resize<float>([1f], 1, 1, 2, 2, InterpolationMode.Area, antialias: true));

    private static void Cases(string family)
    {
        IReadOnlyList<GoldenCase> cases = GoldenCase.All(family, "torch_interpolate");
        Assert.IsNotEmpty(cases);
        foreach (GoldenCase golden in cases)
            foreach (JsonElement item in golden.Items)
            {
                string name = item.GetProperty("name").GetString()!;
                float[] input = golden.Values<float>("in." + name);

                float[] single = Resize(item, golden.Shape("in." + name), golden.Shape("out." + name), input);

                float[] expected = golden.Values<float>("out." + name);
                for (int i = 0; i < expected.Length; i++)
                    Assert.IsTrue(Math.Abs((double)expected[i] - single[i]) <= golden.Tolerance(name), $"{name}[{i}]: {single[i]:R}, expected {expected[i]:R}");
                if (golden.Has($"out.{name}.f64"))
                    golden.AssertClose($"{name}.f64", Resize(item, golden.Shape("in." + name), golden.Shape("out." + name), Array.ConvertAll(input, v => (double)v)));
            }
    }

    private static T[] Resize<T>(JsonElement item, int[] from, int[] to, T[] input) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var mode = Enum.Parse<InterpolationMode>(item.GetProperty("mode").GetString()!.Replace("-", ""), ignoreCase: true);
        bool antialias = item.TryGetProperty("antialias", out JsonElement a) && a.GetBoolean();
        bool byFactor = item.TryGetProperty("scale_factor", out JsonElement factor)
            && !(item.TryGetProperty("recompute_scale_factor", out JsonElement recompute) && recompute.ValueKind == JsonValueKind.True);
        return FloatResampler.Resize<T>(input, from[2], from[3], to[2], to[3], mode, antialias, byFactor ? factor.GetDouble() : null);
    }

    private static void ByteCases(string family)
    {
        IReadOnlyList<GoldenCase> cases = GoldenCase.All(family, "tv_resize_uint8");
        Assert.IsNotEmpty(cases);
        foreach (GoldenCase golden in cases)
            foreach (JsonElement item in golden.Items)
            {
                string name = item.GetProperty("name").GetString()!;
                int[] from = golden.Shape("in." + name);
                (int width, int height) = ImageCrops.ShortSideSize(from[3], from[2], item.GetProperty("resize").GetInt32());
                var mode = Enum.Parse<InterpolationMode>(item.GetProperty("filter").GetString()!, ignoreCase: true);

                byte[] resized = FloatResampler.ResizeBytes(golden.Values<byte>("in." + name), from[2], from[3], height, width, mode, item.GetProperty("antialias").GetBoolean());

                golden.AssertBytes(name, resized);
            }
    }
}
