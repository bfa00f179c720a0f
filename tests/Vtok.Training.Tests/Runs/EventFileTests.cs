using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Vtok.Training.Runs;

namespace Vtok.Training.Tests.Runs;

[TestClass]
public sealed class EventFileTests
{
    private readonly string _folder = TestRuns.Folder();

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void The_first_bytes_are_those_by_which_event_files_are_known()
    {
        new EventFile(_folder, 0, () => DateTimeOffset.FromUnixTimeSeconds(1_500_000_000)).Dispose();

        byte[] bytes = File.ReadAllBytes(Directory.GetFiles(_folder).Single());
        CollectionAssert.AreEqual(Convert.FromHexString("1800000000000000A37F4B2209"), bytes[..13]); // length 24, its check, the field wall_time
        Assert.AreEqual(1.5e9, BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(13)));
        Assert.AreEqual("\u001a\rbrain.Event:2", Encoding.ASCII.GetString(bytes, 21, 15));
        StringAssert.StartsWith(Path.GetFileName(Directory.GetFiles(_folder).Single()), "events.out.tfevents.1500000000.");
    }

    [TestMethod]
    [DataRow("123456789", 0xE3069283u)] // the check value of CRC-32C
    [DataRow("", 0u)]
    public void The_check_is_a_masked_castagnoli_crc(string text, uint crc)
    {
        uint expected = unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8);

        Assert.AreEqual(expected, EventFile.MaskedCheck(Encoding.ASCII.GetBytes(text)));
    }

    [TestMethod]
    public void Numbers_read_back_with_their_steps_and_tags()
    {
        using (var file = new EventFile(_folder, 300))
        {
            file.Write(320, [new("train/loss", 0.125), new("train/mit Umlaut ä", double.NaN)]);
            file.Write(5_000_000_000, [new("validate/psnr16", -3e-5)]);
        }

        List<Line> lines = Read(Directory.GetFiles(_folder).Single());

        Assert.HasCount(4, lines);
        Assert.AreEqual((301L, true), (lines[1].Step, lines[1].Starts)); // later points of an earlier file are void
        Assert.AreEqual(320, lines[2].Step);
        CollectionAssert.AreEqual((string[])["train/loss", "train/mit Umlaut ä"], lines[2].Values.Select(value => value.Tag).ToArray());
        Assert.AreEqual(0.125f, lines[2].Values[0].Number);
        Assert.IsTrue(float.IsNaN(lines[2].Values[1].Number));
        Assert.AreEqual((5_000_000_000, "validate/psnr16", -3e-5f), (lines[3].Step, lines[3].Values[0].Tag, lines[3].Values[0].Number));
    }

    [TestMethod]
    public void Two_files_of_one_second_do_not_meet()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using var first = new EventFile(_folder, 0, () => now);
        using var second = new EventFile(_folder, 0, () => now);

        Assert.HasCount(2, Directory.GetFiles(_folder));
    }

    [TestMethod]
    public void A_clock_that_is_set_back_leaves_the_files_in_their_order()
    {
        new EventFile(_folder, 0, () => DateTimeOffset.FromUnixTimeSeconds(2_000_000_000)).Dispose();
        string first = Directory.GetFiles(_folder).Single();

        new EventFile(_folder, 300, () => DateTimeOffset.FromUnixTimeSeconds(1_500_000_000)).Dispose();

        string second = Directory.GetFiles(_folder).Single(path => path != first);
        Assert.IsLessThan(0, string.CompareOrdinal(first, second));
    }

    [TestMethod]
    public void A_run_writes_the_numbers_of_its_log()
    {
        using (var task = new TinyTask())
            new TrainingLoop(TestRuns.Run(_folder, TestRuns.Recipe("steps=20", "every.validate=10")), task).Run();

        JsonObject[] log = [.. File.ReadLines(Path.Combine(_folder, "log.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];
        Line[] events = [.. Read(Directory.GetFiles(_folder, "events.*").Single()).Skip(2)];
        Assert.HasCount(log.Length, events);
        foreach ((JsonObject written, Line found) in log.Zip(events))
        {
            Assert.AreEqual((long)written["step"]!, found.Step);
            CollectionAssert.AreEqual(
                written.Where(pair => pair.Key is not ("kind" or "step")).Select(pair => ($"{written["kind"]}/{pair.Key}", (float)(double)pair.Value!)).ToArray(),
                found.Values.ToArray());
        }
    }

    /// <summary>Reads a file as its format says, checks included.</summary>
    private static List<Line> Read(string path)
    {
        var lines = new List<Line>();
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        while (rest.Length > 0)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            Assert.AreEqual(EventFile.MaskedCheck(rest[..8]), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            ReadOnlySpan<byte> data = rest.Slice(12, length);
            Assert.AreEqual(EventFile.MaskedCheck(data), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]));
            lines.Add(Line.Of(data));
            rest = rest[(16 + length)..];
        }
        return lines;
    }

    private sealed record Line(long Step, bool Starts, List<(string Tag, float Number)> Values)
    {
        public static Line Of(ReadOnlySpan<byte> data)
        {
            long step = 0;
            bool starts = false;
            var values = new List<(string, float)>();
            foreach ((int field, byte[] content) in Fields(data))
                switch (field)
                {
                    case 2: step = (long)Varint(content, out _); break;
                    case 5: values.AddRange(Fields(content).Select(value => Value(value.Content))); break;
                    case 7: starts = content is [8, 1]; break;
                }
            return new Line(step, starts, values);
        }

        private static (string, float) Value(byte[] content)
        {
            List<(int Field, byte[] Content)> fields = Fields(content);
            return (Encoding.UTF8.GetString(fields[0].Content), BinaryPrimitives.ReadSingleLittleEndian(fields[1].Content));
        }

        private static List<(int Field, byte[] Content)> Fields(ReadOnlySpan<byte> data)
        {
            var fields = new List<(int, byte[])>();
            while (data.Length > 0)
            {
                int key = (int)Varint(data, out int used);
                data = data[used..];
                int prefix = 0, length = (key & 7) switch { 1 => 8, 5 => 4, _ => (int)Varint(data, out prefix) };
                if ((key & 7) == 0)
                    (prefix, length) = (0, prefix);
                fields.Add((key >> 3, data.Slice(prefix, length).ToArray()));
                data = data[(prefix + length)..];
            }
            return fields;
        }

        private static ulong Varint(ReadOnlySpan<byte> data, out int used)
        {
            ulong value = 0;
            for (used = 0; ; used++)
            {
                value |= (ulong)(data[used] & 0x7F) << (7 * used);
                if (data[used] < 0x80)
                {
                    used++;
                    return value;
                }
            }
        }
    }
}
