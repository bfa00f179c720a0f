namespace Vtok.Streams.Tests;

[TestClass]
public sealed class MutationTests
{
    private const int Seed = 20_261_123;
    private const int Mutations = 20_000;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void A_mutated_file_is_canonical_or_refused_and_nothing_else()
    {
        TestContext.WriteLine($"seed {Seed}, {Mutations} mutations of {Corpus.Files.Count} files");
        var random = new Random(Seed);
        int accepted = 0;
        for (int i = 0; i < Mutations; i++)
        {
            (TokenizerInfo info, byte[] original) = Corpus.Files[random.Next(Corpus.Files.Count)];
            byte[] bytes = Mutate(original, random);
            TokenFileError error = Forge.ErrorOf(bytes, info);
            if (VtokReader.TryRead(bytes, info, out VtokFile? file, out _))
            {
                accepted++;
                Assert.IsTrue(bytes.AsSpan().SequenceEqual(VtokWriter.Write(file, info)), $"mutation {i} is accepted but not canonical");
            }
            else
            {
                Assert.AreEqual(error, Assert.ThrowsExactly<TokenFileException>(() => VtokReader.Read(bytes, info), $"mutation {i}").Reason);
            }
            Assert.AreEqual(file, ReadIncrementally(bytes, info, random), $"mutation {i} read piece by piece");
            IdentifyOrRefuse(bytes);
        }
        TestContext.WriteLine($"{accepted} accepted, {Mutations - accepted} refused");
        Assert.IsInRange(500, Mutations - 500, accepted);
    }

    [TestMethod]
    public void A_mutated_description_is_read_or_refused_and_nothing_else()
    {
        TestContext.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (int i = 0; i < 5_000; i++)
        {
            TokenizerInfo info = Sample.All[random.Next(Sample.All.Count)] with { WeightsLength = 12 };
            byte[] bytes = MutateBytes(info.ToJson(), random);
            try
            {
                TokenizerInfo read = TokenizerInfo.FromJson(bytes);
                Assert.IsTrue(read.ComputeKey().AsSpan().SequenceEqual(info.ComputeKey()), $"mutation {i} changes the meaning but not the key");
            }
            catch (TokenFileException e)
            {
                Assert.AreEqual(TokenFileError.BadDescription, e.Reason);
            }
        }
    }

    private static VtokFile? ReadIncrementally(byte[] bytes, TokenizerInfo info, Random random)
    {
        var reader = new IncrementalVtokReader(info);
        try
        {
            int split = random.Next(bytes.Length + 1);
            reader.Append(bytes.AsSpan(0, split));
            reader.Append(bytes.AsSpan(split));
            return reader.Finish();
        }
        catch (TokenFileException)
        {
            return null;
        }
    }

    private static void IdentifyOrRefuse(byte[] bytes)
    {
        try
        {
            VtokReader.Identify(bytes);
        }
        catch (TokenFileException)
        {
        }
    }

    // Three in four get a right check again, so that what lies behind it is reached.
    private static byte[] Mutate(byte[] original, Random random)
    {
        if (random.Next(4) == 0)
            return MutateBytes(original, random);
        byte[] body = MutateBytes(original[..^VtokReader.Identify(original).CheckLength], random);
        return Forge.WithCheck(body);
    }

    private static byte[] MutateBytes(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int left = 1 + random.Next(3); left > 0 && bytes.Count > 0; left--)
        {
            // Half of the time near the beginning, where the numbers are.
            int at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Count, 24) : bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = random.GetItems<byte>([0, 1, 0x7F, 0x80, 0xFF, 0x0F, 0x10], 1)[0];
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 4:
                    bytes.RemoveAt(at);
                    break;
                case 5:
                    bytes.RemoveRange(at, random.Next(bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, [.. bytes.Skip(random.Next(bytes.Count)).Take(random.Next(12))]);
                    break;
            }
        }
        return [.. bytes];
    }
}
