using CsCheck;

namespace Vtok.Streams.Tests;

[TestClass]
public sealed class VtokFileLawTests
{
    [TestMethod]
    public void Whatever_is_written_reads_back_equal_and_writes_the_same_bytes()
        => Arbitrary.FileOfInfo.Sample(sample =>
        {
            byte[] bytes = VtokWriter.Write(sample.File, sample.Info);
            VtokFile read = VtokReader.Read(bytes, sample.Info);

            Assert.AreEqual(sample.File, read);
            Assert.IsTrue(bytes.AsSpan().SequenceEqual(VtokWriter.Write(read, sample.Info)));
        }, iter: 400);

    [TestMethod]
    public void The_header_alone_says_what_the_file_says()
        => Arbitrary.FileOfInfo.Sample(sample =>
        {
            byte[] bytes = VtokWriter.Write(sample.File, sample.Info);
            VtokHeader header = VtokReader.IdentifyChecked(bytes);

            Assert.AreEqual(sample.File.Layout, header.Layout);
            Assert.AreEqual(sample.File.Key, header.Key);
            Assert.AreEqual(sample.File.Width, header.Width);
            Assert.AreEqual(sample.File.Height, header.Height);
            Assert.AreEqual(sample.File.Overlap, header.Overlap);
            Assert.AreEqual(sample.File.Count, header.Count);
            Assert.AreEqual(sample.File.Extensions, header.Extensions);
            Assert.AreEqual(bytes.Length - header.HeaderLength - header.CheckLength > 1_024, header.HasLongCheck);
        }, iter: 200);

    [TestMethod]
    public void The_header_needs_its_own_bytes_and_no_more()
        => Arbitrary.FileOfInfo.Sample(sample =>
        {
            byte[] bytes = VtokWriter.Write(sample.File, sample.Info);
            int length = VtokReader.Identify(bytes).HeaderLength;
            using var stream = new MemoryStream(bytes);

            Assert.AreEqual(length, VtokReader.Identify(bytes.AsSpan(0, length)).HeaderLength);
            Assert.AreEqual(length, VtokReader.Identify(stream).HeaderLength);
            Assert.AreEqual(length, stream.Position);
            for (int cut = 0; cut < Math.Min(length, 200); cut++)
                Assert.ThrowsExactly<TokenFileException>(() => VtokReader.Identify(bytes.AsSpan(0, cut)));
        }, iter: 60);

    [TestMethod]
    public void Trimming_gives_the_bytes_of_writing_shorter_lanes()
        => (from sample in Arbitrary.FileOfInfo.Where(s => s.Info.Order is TokenOrder.Nested or TokenOrder.Scales)
            from pick in Gen.Int[0, 1_000]
            select (sample.Info, sample.File, pick)).Sample(t =>
        {
            (TokenizerInfo info, VtokFile file, int pick) = t;
            int count = info.Order == TokenOrder.Scales
                ? info.Lengths[pick % info.Lengths.Count]
                : info.Lengths[0] + pick % (info.Lengths[1] - info.Lengths[0] + 1);
            ReadOnlyMemory<int>[] shorter = [.. file.Lanes.Select(lane => (ReadOnlyMemory<int>)lane.ToArray().Take(count).ToArray())];

            byte[] trimmed = VtokTrimmer.Trim(VtokWriter.Write(file, info), info, count);

            Assert.IsTrue(VtokWriter.Write(file with { Lanes = shorter }, info).AsSpan().SequenceEqual(trimmed));
        }, iter: 300);

    [TestMethod]
    public void Reading_piece_by_piece_gives_the_same_file()
        => (from sample in Arbitrary.FileOfInfo
            from step in Gen.Int[1, 700]
            select (sample.Info, sample.File, step)).Sample(t =>
        {
            byte[] bytes = VtokWriter.Write(t.File, t.Info);
            var reader = new IncrementalVtokReader(t.Info);
            int tokens = 0;
            for (int at = 0; at < bytes.Length; at += t.step)
                tokens += reader.Append(bytes.AsSpan(at, Math.Min(t.step, bytes.Length - at)));

            Assert.IsTrue(reader.IsComplete);
            Assert.AreEqual(t.File.Lanes.Sum(lane => lane.Length), tokens);
            Assert.AreEqual(VtokReader.Read(bytes, t.Info), reader.Finish());
        }, iter: 200);
}
