using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Streams;

using ImageTokenizer tokenizer = ImageTokenizer.Create("checkpoints/default");
var codec = new VipsImageCodec();
RgbImage picture = codec.Decode(File.ReadAllBytes("photo.jpg"));
VtokFile file = tokenizer.Encode(picture, new ImageEncodeOptions { Tokens = 64 });
byte[] bytes = VtokWriter.Write(file, tokenizer.Info);
RgbImage back = tokenizer.Decode(VtokReader.Read(bytes, tokenizer.Info));
File.WriteAllBytes("back.png", codec.Encode(back, ImageFormat.Png));
Console.WriteLine($"{picture.Width}x{picture.Height}: {file.Count} tokens, {bytes.Length} bytes");
