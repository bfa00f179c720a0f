using System.Globalization;
using System.Text;

namespace Vtok.Streams.Tests;

[TestClass]
public sealed class FormatDocumentTests
{
    public static IEnumerable<object[]> VectorNames => FormatDocument.Vectors.Select(vector => new object[] { vector["name"].Single() });

    public static IEnumerable<object[]> RefusalNames => FormatDocument.Refusals.Select(refusal => new object[] { refusal["why"].Single() });

    [TestMethod]
    public void The_document_has_vectors_of_every_layout_and_many_refusals()
    {
        Assert.HasCount(4, FormatDocument.Models);
        Assert.AreEqual("crop fit grid tile", string.Join(' ', FormatDocument.Vectors.SelectMany(v => v["layout"]).Distinct().Order()));
        Assert.HasCount(13, FormatDocument.Vectors);
        Assert.HasCount(19, FormatDocument.Refusals);
    }

    [TestMethod]
    public void The_canonical_form_and_its_key_are_as_printed()
    {
        TokenizerInfo info = FormatDocument.Models["nested"];

        Assert.AreEqual(FormatDocument.CanonicalForm, Encoding.ASCII.GetString(info.ToCanonicalJson()));
        Assert.IsTrue(FormatDocument.Mentions(Convert.ToHexStringLower(info.ComputeKey())));
    }

    [TestMethod]
    [DynamicData(nameof(VectorNames))]
    public void A_vector_is_written_as_printed(string name)
    {
        ILookup<string, string> vector = Vector(name);

        Assert.AreEqual(Convert.ToHexString(BytesOf(vector)), Convert.ToHexString(VtokWriter.Write(FileOf(vector), ModelOf(vector))));
    }

    [TestMethod]
    [DynamicData(nameof(VectorNames))]
    public void A_vector_is_read_as_printed(string name)
    {
        ILookup<string, string> vector = Vector(name);

        Assert.AreEqual(FileOf(vector), VtokReader.Read(BytesOf(vector), ModelOf(vector)));
        Assert.HasCount(VtokReader.Identify(BytesOf(vector)).HeaderLength, Hex(vector["header"].Single()));
    }

    [TestMethod]
    public void A_trimmed_vector_is_the_longer_one_cut()
    {
        foreach (ILookup<string, string> vector in FormatDocument.Vectors.Where(v => v.Contains("trimmed from")))
        {
            byte[] longer = BytesOf(Vector(vector["trimmed from"].Single()));

            Assert.AreEqual(
                Convert.ToHexString(BytesOf(vector)),
                Convert.ToHexString(VtokTrimmer.Trim(longer, ModelOf(vector), FileOf(vector).Count)));
        }
    }

    [TestMethod]
    [DynamicData(nameof(RefusalNames))]
    public void A_refusal_has_the_printed_reason(string why)
    {
        ILookup<string, string> refusal = FormatDocument.Refusals.Single(r => r["why"].Single() == why);

        Assert.AreEqual(Enum.Parse<TokenFileError>(refusal["reason"].Single()), Forge.ErrorOf(Hex(refusal["bytes"].Single()), ModelOf(refusal)));
    }

    private static ILookup<string, string> Vector(string name) => FormatDocument.Vectors.Single(v => v["name"].Single() == name);

    private static TokenizerInfo ModelOf(ILookup<string, string> fields) => FormatDocument.Models[fields["model"].Single()];

    private static byte[] BytesOf(ILookup<string, string> vector)
        => [.. Hex(vector["header"].Single()), .. Hex(vector["payload"].Single()), .. Hex(vector["check"].Single())];

    private static VtokFile FileOf(ILookup<string, string> vector)
    {
        TokenizerInfo info = ModelOf(vector);
        int[]? size = vector["size"].Select(text => Numbers(text.Replace(" x ", " ", StringComparison.Ordinal))).SingleOrDefault();
        return new VtokFile
        {
            Layout = Enum.Parse<VtokLayout>(vector["layout"].Single(), ignoreCase: true),
            Key = info.ComputeFileKey(),
            Width = size?[0],
            Height = size?[1],
            Overlap = Number(vector["overlap"]) ?? 0,
            Lanes = [.. vector["lane"].Select(text => (ReadOnlyMemory<int>)Numbers(text))],
            Extensions = ExtensionsOf(vector, info),
        };
    }

    private static VtokExtensions ExtensionsOf(ILookup<string, string> vector, TokenizerInfo info)
    {
        int[]? background = vector["background"].Select(Numbers).SingleOrDefault();
        return new VtokExtensions
        {
            Background = background is null ? null : new VtokBackground((byte)background[0], (byte)background[1], (byte)background[2]),
            Steps = Number(vector["steps"]),
            Guidance = Number(vector["guidance"]),
            Seed = vector["seed"].Select(text => (ulong?)ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).SingleOrDefault(),
            KeptPositions = vector.Contains("kept")
                ? KeptPositions.Pack([.. vector["kept"].Select(text => (ReadOnlyMemory<int>)Numbers(text))], info.Vocabulary.Positions!.Value)
                : default(ReadOnlyMemory<byte>),
            Others = [.. vector["other"].Select(text => text.Split(' '))
                .Select(parts => new VtokExtensionItem(uint.Parse(parts[0], CultureInfo.InvariantCulture), Hex(parts[1])))],
        };
    }

    private static int? Number(IEnumerable<string> values) => values.Select(text => (int?)int.Parse(text, CultureInfo.InvariantCulture)).SingleOrDefault();

    private static int[] Numbers(string text)
    {
        if (text.Split("..") is [var first, var last])
        {
            int start = int.Parse(first, CultureInfo.InvariantCulture);
            return [.. Enumerable.Range(start, int.Parse(last, CultureInfo.InvariantCulture) - start + 1)];
        }
        return [.. text.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
