using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.FlexTok;

/// <summary>Reads the text that Python's str() makes of dictionaries, lists, tuples, texts, numbers, True, False and None, as a tree of JSON nodes.</summary>
/// <remarks>JSON passes too. Nothing is evaluated: names, calls and operators are refused.</remarks>
internal sealed class PythonLiteral
{
    private const int MostCharacters = 4 << 20, MostDepth = 64, MostNodes = 200_000;

    private readonly string _text;
    private readonly string _name;
    private int _at, _nodes;

    private PythonLiteral(string text, string name) => (_text, _name) = (text, name);

    /// <summary>Parses a whole text.</summary>
    /// <param name="text">The literal.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="CheckpointException">It is no literal, or absurdly large or deep.</exception>
    public static JsonNode? Parse(string text, string name)
    {
        if (text.Length > MostCharacters)
            throw new CheckpointException(CheckpointError.TooLarge, $"{name}: {text.Length} characters, at most {MostCharacters} are read");
        var parser = new PythonLiteral(text, name);
        JsonNode? value = parser.Value(0);
        parser.SkipSpace();
        return parser._at == text.Length ? value : throw parser.Bad("the end");
    }

    private JsonNode? Value(int depth)
    {
        if (depth > MostDepth || ++_nodes > MostNodes)
            throw new CheckpointException(CheckpointError.TooLarge, $"{_name}: more than {MostDepth} levels or {MostNodes} values");
        SkipSpace();
        return Peek() switch
        {
            '{' => Dictionary(depth),
            '[' => List('[', ']', depth),
            '(' => List('(', ')', depth),
            '\'' or '"' => JsonValue.Create(Text()),
            _ => Word(),
        };
    }

    private JsonObject Dictionary(int depth)
    {
        var members = new JsonObject();
        Take('{');
        while (!TryTake('}'))
        {
            SkipSpace();
            if (Peek() is not ('\'' or '"'))
                throw Bad("a text as key");
            string key = Text();
            Take(':');
            if (!members.TryAdd(key, Value(depth + 1)))
                throw new CheckpointException(CheckpointError.BadConfig, $"{_name}: key {Printable.Quote(key)} is there twice");
            if (!TryTake(','))
            {
                Take('}');
                break;
            }
        }
        return members;
    }

    private JsonArray List(char open, char close, int depth)
    {
        var items = new JsonArray();
        Take(open);
        while (!TryTake(close))
        {
            items.Add(Value(depth + 1));
            if (!TryTake(','))
            {
                Take(close);
                break;
            }
        }
        return items;
    }

    private string Text()
    {
        char quote = _text[_at++];
        var text = new StringBuilder();
        for (; _at < _text.Length && _text[_at] != quote; _at++)
            text.Append(_text[_at] == '\\' ? Escaped() : _text[_at]);
        if (_at++ >= _text.Length)
            throw Bad("a closing quote");
        return text.ToString();
    }

    private char Escaped()
    {
        if (++_at >= _text.Length)
            throw Bad("a character after the backslash");
        return _text[_at] switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'x' => Hex(2),
            'u' => Hex(4),
            '\\' or '\'' or '"' or '/' => _text[_at],
            _ => throw Bad("an escape that is known"),
        };
    }

    private char Hex(int digits)
    {
        if (_at + digits >= _text.Length || !ushort.TryParse(_text.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            throw Bad($"{digits} hex digits");
        _at += digits;
        return (char)code;
    }

    private JsonValue? Word()
    {
        int begin = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '+' or '-' or '.' or '_'))
            _at++;
        string word = _text[begin.._at];
        switch (word)
        {
            case "None" or "null": return null;
            case "True" or "true": return JsonValue.Create(true);
            case "False" or "false": return JsonValue.Create(false);
        }
        if (long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return JsonValue.Create(whole);
        if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real) && !char.IsAsciiLetter(word[0]))
            return JsonValue.Create(real);
        _at = begin;
        throw Bad("a value");
    }

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private void Take(char expected)
    {
        if (!TryTake(expected))
            throw Bad($"'{expected}'");
    }

    private bool TryTake(char expected)
    {
        SkipSpace();
        if (Peek() != expected)
            return false;
        _at++;
        return true;
    }

    private CheckpointException Bad(string expected) => new(CheckpointError.BadConfig,
        $"{_name}: at character {_at} {(_at < _text.Length ? Printable.Quote(_text.Substring(_at, Math.Min(12, _text.Length - _at))) : "the text ends")}, expected {expected}");
}
