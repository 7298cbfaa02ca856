@echo off
rem Runs replay. Needs Java 17 or newer: JAVA_HOME first, then the one on the path. SHIPLOG_JAVA_OPTS adds options for the JVM.
setlocal
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
"%java%" -version >nul 2>&1
if errorlevel 1 goto missing
rem An older Java does not know this version of itself, and starts nothing.
"%java%" --version >nul 2>&1
if errorlevel 1 goto old
for /f "tokens=2 delims=. " %%v in ('call "%java%" --version') do (
    if %%v LSS 17 goto old
    goto run
)
:run
"%java%" "@%~dp0..\lib\replay.options" %SHIPLOG_JAVA_OPTS% -jar "%~dp0..\lib\shiplog-replay.jar" %*
exit /b %errorlevel%
:missing
echo replay: needs Java 17 or newer: set JAVA_HOME, or put its java on the path 1>&2
exit /b 1
:old
echo replay: "%java%" is older than Java 17: set JAVA_HOME to a newer one 1>&2
exit /b 1
