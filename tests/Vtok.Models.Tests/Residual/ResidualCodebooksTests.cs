using Vtok.Models.Residual;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Residual;

[TestClass]
public sealed class ResidualCodebooksTests
{
    [TestMethod]
    public void Books_from_a_file_encode_and_decode_as_those_that_were_saved()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks drawn = TinyBooks.Create();
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            SafetensorsWriter.Write(file, drawn.ToTensors());
            using ResidualCodebooks first = Load(file); // rounded to float16 once
            SafetensorsWriter.Write(file, first.ToTensors());
            using ResidualCodebooks second = Load(file);
            Tensor pictures = TinyBooks.Pictures(3);

            Tensor ids = new ResidualEncoder(second).Encode(pictures);

            Assert.IsTrue(ids.Equals(new ResidualEncoder(first).Encode(pictures)));
            Assert.AreEqual(0f, (first.LinearPicture(first.Dequantize(ids)) - second.LinearPicture(second.Dequantize(ids))).abs().max().item<float>());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void A_missing_tensor_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        try
        {
            SafetensorsWriter.Write(file, books.ToTensors().Where(t => t.Key != "order.weights.D").ToDictionary());

            var error = Assert.ThrowsExactly<CheckpointException>(() => Load(file));

            StringAssert.Contains(error.Message, "order.weights.D");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public void The_stages_together_are_the_linear_picture()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        StagePlanes planes = books.Dequantize(new ResidualEncoder(books).Encode(TinyBooks.Pictures(2)), tensor(new long[] { 34, 13 }));

        Tensor sum = Enumerable.Range(0, planes.Planes.Count).Select(i => books.OpponentPicture(planes, i)).Aggregate((a, b) => a + b);

        Assert.IsLessThan(1e-2f, (books.OpponentPicture(planes) - sum).abs().max().item<float>());
    }

    [TestMethod]
    public void Masks_count_the_known_tokens()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        Tensor ids = new ResidualEncoder(books).Encode(TinyBooks.Pictures(1));

        for (int tokens = 1; tokens <= 34; tokens++)
        {
            StagePlanes planes = books.Dequantize(ids, tensor(new long[] { tokens }));

            float known = planes.Known[0].item<float>() * 2 + planes.Known.Skip(1).Sum(mask => mask.sum().item<float>());
            Assert.AreEqual(tokens, known, 1e-4f);
        }
    }

    private static ResidualCodebooks Load(string file)
    {
        using SafetensorsFile source = SafetensorsFile.Open(file);
        return ResidualCodebooks.Load(TinyBooks.Config, source);
    }
}
