using System.Text.Json;

namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class ResamplerTests
{
    private static string Here => TestFolders.Golden("resampling");

    private static string Shared => TestFolders.Shared("golden", "resampling");

    [TestMethod]
    public void Resize_gives_the_bytes_of_Pillow() => Resize_cases(Here);

    [TestMethod]
    public void Resize_gives_the_bytes_of_Pillow_in_all_shared_cases() => Resize_cases(Shared);

    [TestMethod]
    public void Kernels_have_the_coefficients_of_Pillow() => Coefficient_cases(Here);

    [TestMethod]
    public void Kernels_have_the_coefficients_of_Pillow_in_all_shared_cases() => Coefficient_cases(Shared);

    [TestMethod]
    public void Nearest_takes_the_pixel_under_the_centre()
    {
        byte[] row = [10, 20, 30, 40, 50];

        byte[] three = Resampler.Resize(row, 5, 1, 1, 3, 1, ResampleFilter.Nearest);
        byte[] ten = Resampler.Resize(row, 5, 1, 1, 10, 1, ResampleFilter.Nearest);

        CollectionAssert.AreEqual(new byte[] { 10, 30, 50 }, three);
        CollectionAssert.AreEqual(new byte[] { 10, 10, 20, 20, 30, 30, 40, 40, 50, 50 }, ten);
    }

    [TestMethod]
    [DataRow(ResampleFilter.Box)]
    [DataRow(ResampleFilter.Bicubic)]
    [DataRow(ResampleFilter.Lanczos)]
    public void An_even_picture_stays_even(ResampleFilter filter) =>
        CsCheck.Check.Sample(
            CsCheck.Gen.Select(CsCheck.Gen.Int[1, 90], CsCheck.Gen.Int[1, 90], CsCheck.Gen.Int[1, 90], CsCheck.Gen.Int[1, 90], CsCheck.Gen.Byte),
            (width, height, newWidth, newHeight, level) =>
            {
                var image = new RgbImage(width, height);
                image.Pixels.AsSpan().Fill(level);

                RgbImage resized = Resampler.Resize(image, newWidth, newHeight, filter);

                return !resized.Pixels.AsSpan().ContainsAnyExcept(level);
            },
            iter: 300);

    [TestMethod]
    public void Channels_do_not_mix()
    {
        RgbImage image = Pictures.Noise(61, 47, seed: 3);
        byte[] green = [.. image.Pixels.Where((_, i) => i % 3 == 1)];

        byte[] alone = Resampler.Resize(green, 61, 47, 1, 33, 70, ResampleFilter.Lanczos);
        RgbImage together = Resampler.Resize(image, 33, 70, ResampleFilter.Lanczos);

        CollectionAssert.AreEqual(alone, together.Pixels.Where((_, i) => i % 3 == 1).ToArray());
    }

    [TestMethod]
    public void A_box_outside_the_picture_is_refused()
    {
        RgbImage image = Pictures.Noise(8, 8, seed: 1);

        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(
            () => Resampler.Resize(image, 4, 4, ResampleFilter.Box, new ResampleBox(0, 0, 8.5f, 8)));

        StringAssert.Contains(error.Message, "8x8");
    }

    private static void Resize_cases(string family)
    {
        IReadOnlyList<GoldenCase> cases = GoldenCase.All(family, "pil_resize");
        Assert.IsNotEmpty(cases);
        foreach (GoldenCase golden in cases)
            foreach (JsonElement item in golden.Items)
            {
                string name = item.GetProperty("name").GetString()!;
                JsonElement filter = item.TryGetProperty("filter", out JsonElement own) ? own : golden.Config.GetProperty("filter");
                int[] shape = golden.Shape("in." + name);
                ResampleBox? box = item.TryGetProperty("box", out JsonElement b) ? new(b[0].GetSingle(), b[1].GetSingle(), b[2].GetSingle(), b[3].GetSingle()) : null;
                JsonElement size = item.GetProperty("size");

                byte[] resized = Resampler.Resize(
                    golden.Values<byte>("in." + name), shape[1], shape[0], shape.Length == 3 ? 3 : 1, size[0].GetInt32(), size[1].GetInt32(),
                    Enum.Parse<ResampleFilter>(filter.GetString()!, ignoreCase: true), box);

                golden.AssertBytes(name, resized);
            }
    }

    private static void Coefficient_cases(string family)
    {
        IReadOnlyList<GoldenCase> cases = GoldenCase.All(family, "pil_coefficients");
        Assert.IsNotEmpty(cases);
        foreach (GoldenCase golden in cases)
            foreach (JsonElement item in golden.Items)
            {
                string name = item.GetProperty("name").GetString()!;
                int input = item.GetProperty("in_size").GetInt32();
                int stored = item.GetProperty("rows_stored").GetInt32() * item.GetProperty("ksize").GetInt32();

                ResampleKernel kernel = ResampleKernel.Create(
                    input, item.GetProperty("out_size").GetInt32(), 0, input,
                    Enum.Parse<ResampleFilter>(item.GetProperty("filter").GetString()!, ignoreCase: true));

                Assert.AreEqual(item.GetProperty("ksize").GetInt32(), kernel.Size, name);
                CollectionAssert.AreEqual(golden.Values<int>($"out.{name}.bounds"), kernel.Start.Zip(kernel.Count, (s, c) => new[] { s, c }).SelectMany(p => p).ToArray());
                CollectionAssert.AreEqual(golden.Values<int>($"out.{name}.coeffs_fixed"), kernel.Fixed[..stored], name);
                golden.AssertClose($"{name}.coeffs", kernel.Weights.AsSpan(0, stored));
            }
    }
}
