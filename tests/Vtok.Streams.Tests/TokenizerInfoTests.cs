using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace Vtok.Streams.Tests;

[TestClass]
public sealed class TokenizerInfoTests
{
    private static readonly string Zeros = new('0', 64);

    [TestMethod]
    public void The_canonical_form_has_nine_members_in_order_of_code_point()
    {
        string json = Encoding.ASCII.GetString(Sample.Mixed.ToCanonicalJson());

        Assert.AreEqual(
            """{"factor":null,"family":"sample","lengths":[2,12],"native":[64,48],"order":"nested","preprocessing":{"antialias":1,"filter":"bicubic","mean":[0,0,0],"std":[1000000000,1000000000,1000000000]},"prior":null,"vocabulary":[[3,2],[1000,4],[2,5],[2147483647,1]],"weights":"W"}"""
                .Replace("W", Zeros, StringComparison.Ordinal),
            json);
    }

    [TestMethod]
    public void A_grid_model_has_a_factor_and_no_native_size()
    {
        string json = Encoding.ASCII.GetString((Sample.Grid with { Prior = Zeros }).ToCanonicalJson());

        Assert.StartsWith("""{"factor":16,"family":"sample","lengths":[],"native":null,"order":"raster",""", json);
        Assert.EndsWith($$"""prior":"{{Zeros}}","vocabulary":[[16384,0]],"weights":"{{Zeros}}"}""", json);
    }

    [TestMethod]
    public void The_key_is_the_hash_of_the_canonical_form()
    {
        byte[] key = Sample.Nested.ComputeKey();

        Assert.AreEqual(Convert.ToHexString(SHA256.HashData(Sample.Nested.ToCanonicalJson())), Convert.ToHexString(key));
        Assert.AreEqual(Convert.ToHexString(key.AsSpan(0, 4)), Sample.Nested.ComputeFileKey().ToString("X8"));
    }

    [TestMethod]
    public void Only_what_decides_the_meaning_of_ids_changes_the_key()
    {
        string key = Convert.ToHexString(Sample.Nested.ComputeKey());

        Assert.AreEqual(key, Convert.ToHexString((Sample.Nested with { Name = "other", WeightsLength = 5 }).ComputeKey()));
        foreach (TokenizerInfo other in new[]
        {
            Sample.Nested with { Family = "other" },
            Sample.Nested with { Lengths = [2, 256] },
            Sample.Nested with { NativeWidth = 65 },
            Sample.Nested with { Prior = Zeros },
            Sample.Nested with { Weights = new string('1', 64) },
            Sample.Nested with { Vocabulary = new ImageVocabulary(new VocabularyRun(4095, 256)) },
            Sample.Nested with { Preprocessing = Sample.Nested.Preprocessing with { Antialias = false } },
            Sample.Nested with { Preprocessing = Sample.Nested.Preprocessing with { Mean = [1, 0, 0] } },
        })
            Assert.AreNotEqual(key, Convert.ToHexString(other.ComputeKey()));
    }

    [TestMethod]
    public void Tokenizer_json_reads_back_equal()
        => Arbitrary.Info.Sample(info =>
        {
            TokenizerInfo named = info with { Name = "Ünïcode \"quoted\" \\ 漢字", WeightsLength = 1L << 40 };
            byte[] json = named.ToJson();

            Assert.AreEqual(named, TokenizerInfo.FromJson(json));
            Assert.DoesNotContain((byte)'\r', json);
        }, iter: 200);

    [TestMethod]
    [DataRow("", "not valid JSON")]
    [DataRow("[]", "expected an object")]
    [DataRow("{}", "is missing")]
    [DataRow("{\"name\":\"a\",\"name\":\"b\"}", "not valid JSON")]
    public void What_is_no_description_is_refused(string json, string expected)
        => Assert.Contains(expected, ErrorOf(Encoding.UTF8.GetBytes(json)).Message);

    [TestMethod]
    [DataRow("\"factor\": null", "\"factor\": 8", "native")]
    [DataRow("4096", "4096.5", "vocabulary")]
    [DataRow("4096", "4294967296", "vocabulary")]
    [DataRow("4096", "4095", "key")]
    [DataRow("4096", "1", "vocabulary[0]")]
    [DataRow("\"nested\"", "\"sideways\"", "order")]
    [DataRow("\"nested\"", "7", "order")]
    [DataRow("\"antialias\": 1", "\"antialias\": 2", "antialias")]
    [DataRow("\"name\": \"sample-Nested\"", "\"name\": \"\\ud800\"", "name")]
    [DataRow("\"name\": \"sample-Nested\"", "\"name\": \"a\\u001b[31m\"", "name")]
    [DataRow("\"weightsLength\": null", "\"weightsLength\": -1", "weightsLength")]
    [DataRow("\"sample\"", "\"Sample\"", "family")]
    public void What_contradicts_itself_is_refused_by_name(string old, string replacement, string member)
    {
        string json = Encoding.UTF8.GetString(Sample.Nested.ToJson());
        Assert.Contains(old, json);

        TokenFileException error = ErrorOf(Encoding.UTF8.GetBytes(json.Replace(old, replacement, StringComparison.Ordinal)));

        Assert.AreEqual(TokenFileError.BadDescription, error.Reason);
        Assert.Contains(member, error.Message);
    }

    [TestMethod]
    public void Members_of_later_versions_are_ignored()
    {
        string json = Encoding.UTF8.GetString(Sample.Nested.ToJson()).Replace("{\n  \"name\"", "{\n  \"note\": [{}],\n  \"name\"", StringComparison.Ordinal);

        Assert.Contains("note", json);
        Assert.AreEqual(Sample.Nested, TokenizerInfo.FromJson(Encoding.UTF8.GetBytes(json)));
    }

    [TestMethod]
    public void Depth_and_length_are_capped()
    {
        Assert.Contains("not valid JSON", ErrorOf(Encoding.UTF8.GetBytes(new string('[', 100_000))).Message);
        Assert.Contains("at most", ErrorOf(new byte[VtokLimits.DescriptionBytes + 1]).Message);
    }

    [TestMethod]
    public void Lengths_follow_the_order()
    {
        Assert.AreEqual("2 3 4 5 6 7 8 9 10 11 12", Allowed(Sample.Mixed));
        Assert.AreEqual("1 5 14", Allowed(Sample.Scales));
        Assert.AreEqual("7", Allowed(Sample.Causal));
        Assert.AreEqual("9", Allowed(Sample.Raster));
        Assert.AreEqual("1 2 3 4 5 6 7 8 9 10", Allowed(Sample.Set));
        Assert.IsFalse(Sample.Grid.AllowsLength(0));
        Assert.IsTrue(Sample.Grid.AllowsLength(1_000_000));

        static string Allowed(TokenizerInfo info) => string.Join(' ', Enumerable.Range(-1, 30).Where(info.AllowsLength));
    }

    [TestMethod]
    public void Descriptions_that_cannot_be_are_refused()
    {
        foreach (TokenizerInfo bad in new[]
        {
            Sample.Nested with { Name = "" },
            Sample.Nested with { Weights = "abc" },
            Sample.Nested with { Weights = new string('A', 64) },
            Sample.Nested with { Prior = "" },
            Sample.Nested with { Order = (TokenOrder)9 },
            Sample.Nested with { Lengths = [1] },
            Sample.Nested with { Lengths = [1, 255] },
            Sample.Nested with { Lengths = [0, 256] },
            Sample.Nested with { Lengths = [257, 256] },
            Sample.Nested with { NativeWidth = null },
            Sample.Nested with { NativeWidth = 65_536 },
            Sample.Nested with { NativeWidth = 65_535, NativeHeight = 65_535 },
            Sample.Nested with { Factor = 16 },
            Sample.Nested with { Vocabulary = Sample.Grid.Vocabulary },
            Sample.Nested with { Preprocessing = new ImagePreprocessing { Filter = "Bicubic" } },
            Sample.Nested with { Preprocessing = new ImagePreprocessing { Filter = "bicubic", Std = [1, 1, 0] } },
            Sample.Nested with { Preprocessing = new ImagePreprocessing { Filter = "bicubic", Mean = [1, 1] } },
            Sample.Scales with { Lengths = [1, 1, 14] },
            Sample.Scales with { Lengths = [] },
            Sample.Set with { Vocabulary = Sample.Mixed.Vocabulary },
            Sample.Set with { Lengths = [1, 13] },
            Sample.Grid with { Order = TokenOrder.Nested },
            Sample.Grid with { Lengths = [5] },
            Sample.Grid with { Factor = 0 },
            Sample.Grid with { Vocabulary = Sample.Nested.Vocabulary },
        })
        {
            Assert.ThrowsExactly<ArgumentException>(bad.Validate, bad.ToString());
            Assert.ThrowsExactly<ArgumentException>(() => bad.ComputeKey());
        }
    }

    private static TokenFileException ErrorOf(byte[] json)
        => Assert.ThrowsExactly<TokenFileException>(() => TokenizerInfo.FromJson(json));
}
