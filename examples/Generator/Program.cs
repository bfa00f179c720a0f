using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Streams;

using ImageTokenizer tokenizer = ImageTokenizer.Create("checkpoints/default");
TokenizerInfo info = tokenizer.Info;
var codec = new VipsImageCodec();
IReadOnlyList<int>[] data = [.. Directory.GetFiles("pictures").Select(path => tokenizer.EncodeToIds(codec.Decode(File.ReadAllBytes(path))))];

var random = new Random(1);
var ids = new List<int>();
while (ids.Count < info.Lengths[^1])
{
    // A network would draw one of info.Vocabulary.SizeAt(ids.Count) codes, given the ids so far.
    ids.Add(data[random.Next(data.Length)][ids.Count]);
    if (ids.Count is 32 or 256)
        File.WriteAllBytes($"drawn-{ids.Count}.png", codec.Encode(tokenizer.Decode(ids.ToArray()), ImageFormat.Png));
}
VtokFile file = VtokFile.Create(info, VtokLayout.Fit, info.NativeWidth!.Value, info.NativeHeight!.Value, [ids.ToArray()]);
File.WriteAllBytes("drawn.vtok", VtokWriter.Write(file, info));
