using System.Text;
using TorchSharp;
using Vtok.Imaging;
using Vtok.Models.LlamaGen;
using Vtok.Models.Weights;
using Vtok.Streams;
using Vtok.Torch;
using static TorchSharp.torch;

namespace Vtok.Codec.Tests;

/// <summary>A model without a native size, from its folder to bytes and back: LlamaGen's network, tiny, with drawn weights.</summary>
[TestClass]
public sealed class GridModelTests
{
    private const string Config = """
        {"codebook_size":20,"codebook_embed_dim":4,"encoder_ch_mult":[1,1,2],"decoder_ch_mult":[1,1,2],"z_channels":8,"ch":8,"num_res_blocks":1,"num_groups":4}
        """;

    [TestMethod]
    [DataRow(18, 13)]
    [DataRow(16, 8)]
    [DataRow(1, 3)]
    public void A_picture_is_padded_to_the_factor_and_cut_back(int width, int height)
    {
        using var folder = new TempFolder();
        using ImageTokenizer tokenizer = Open(folder);
        RgbImage picture = Picture(width, height);

        VtokFile file = tokenizer.Encode(picture);
        byte[] bytes = VtokWriter.Write(file, tokenizer.Info);
        RgbImage decoded = tokenizer.Decode(VtokReader.Read(bytes, tokenizer.Info));

        Assert.AreEqual(VtokLayout.Grid, file.Layout);
        Assert.AreEqual((width + 3) / 4 * ((height + 3) / 4), file.Count);
        Assert.AreEqual(file.Count, tokenizer.CountTokens(width, height));
        Assert.AreEqual((width, height), (decoded.Width, decoded.Height));
    }

    [TestMethod]
    public void Files_of_one_length_and_different_shapes_decode_each_in_its_own()
    {
        using var folder = new TempFolder();
        using ImageTokenizer tokenizer = Open(folder);
        VtokFile[] files = [tokenizer.Encode(Picture(24, 8)), tokenizer.Encode(Picture(8, 24)), tokenizer.Encode(Picture(16, 12))];

        RgbImage[] together = [.. tokenizer.Decode(files)];

        for (int i = 0; i < files.Length; i++)
            CollectionAssert.AreEqual(tokenizer.Decode(files[i]).Pixels, together[i].Pixels);
        Assert.AreEqual((8, 24), (together[1].Width, together[1].Height));
    }

    private static ImageTokenizer Open(TempFolder folder)
    {
        NativeTorch.Load();
        Save(folder);
        return ImageTokenizer.Create(folder.Path, "cpu");
    }

    private static void Save(TempFolder folder)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelConfig config = ModelConfig.FromJson(Encoding.UTF8.GetBytes(Config));
        using var network = new LlamaGenNetwork(new LlamaGenConfig
        {
            CodebookSize = 20,
            CodeDimension = 4,
            EncoderMultipliers = [1, 1, 2],
            DecoderMultipliers = [1, 1, 2],
            LatentChannels = 8,
            Channels = 8,
            Blocks = 1,
            NormGroups = 4,
        });
        using var generator = new Generator(1);
        network.Initialize(generator);
        ModelFolder.Save(folder.Path, config, network.state_dict());
    }

    private static RgbImage Picture(int width, int height)
    {
        var picture = new RgbImage(width, height);
        for (int i = 0; i < picture.Pixels.Length; i++)
            picture.Pixels[i] = (byte)(i * 37);
        return picture;
    }
}
